/** What kind of market is simulated: the options of 00-1 that `npm start` takes too. */
import { inGroup, option } from '../run/option_kinds.ts';
import { POPULATIONS } from './options.ts';

export const SIMULATED_SIZE = 'How much';
export const SIMULATED_WORLD = 'What kind of world';

export const WORLD_OPTIONS = {
  ...inGroup(SIMULATED_SIZE, {
    wallets: { type: 'number', defaultDescription: 'by trades and population', describe: 'wallets' },
    markets: { type: 'number', defaultDescription: 'trades / 500', describe: 'markets' },
    days: option.number(60, 'length of the period, days'),
  }),
  ...inGroup(SIMULATED_WORLD, {
    'end-date': option.text('2026-03-01', 'first day after the period, UTC, as 2026-03-01'),
    population: option.choice(
      POPULATIONS,
      'whole',
      'active: wallets that trade often; whole: also the many that come once (see 1_data_pipeline/README.md)',
    ),
    difficulty: option.text('medium', 'how close insiders look to casuals: easy, medium, hard or 0 to 1'),
    insiders: option.number(0.006, 'share of wallets that are insiders, 0..1; 0: no informed flow'),
  }),
};
