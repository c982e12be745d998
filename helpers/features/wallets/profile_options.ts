/** The options of 01: as of when, and whether in chunks. */
import { inGroup, option } from '../../run/option_kinds.ts';
import type { OptionSpecs } from '../../run/options.ts';
import { AS_OF_OPTION } from './as_of.ts';

export const PROFILE_OPTIONS = {
  'as-of': AS_OF_OPTION,
  ...inGroup('In chunks (a SLURM array)', {
    chunk: {
      type: 'string',
      describe: 'sum only chunk i of n (as i/n) and leave the sums for --merge',
      excludes: ['merge'],
    },
    merge: option.flag('join the chunks into profiles'),
    'chunk-dir': {
      type: 'string',
      describe: 'folder of the chunks',
      defaultDescription: '11_wallet_profiles.chunks in the data folder',
      onlyWith: { chunk: true, merge: true },
    },
  }),
} as const satisfies OptionSpecs;
