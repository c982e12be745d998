/** Property tests draw the same examples in every run; `PROPERTY_SEED=<integer>` draws others, to look for new faults. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
