/**
 * Can a whale be told by behaviour alone, without looking at money?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/scout
 * Method  the task of 09-1 with a forest that sees no column of money and no outcome; leaves and threshold are chosen for
 *         the best precision at --recall on validation wallets, then reported once on other wallets at newer moments
 */
import { runScript } from '../helpers/run/script.ts';
import { EARLY_TASK_OPTIONS } from '../helpers/supervised/early_task.ts';
import { SCOUT_TARGETS, trainScout } from '../helpers/supervised/scout_step.ts';

const SCOUT = 'Scout';

await runScript(
  'train_scout',
  {
    target: { choices: SCOUT_TARGETS, default: 'fresh_whale' as const, describe: 'archetype looked for', group: SCOUT },
    recall: {
      type: 'number',
      default: 0.5,
      describe: 'recall that the threshold must reach, 0..1',
      range: { from: 0.01, to: 1, unit: 'a share' },
      group: SCOUT,
    },
    ...EARLY_TASK_OPTIONS,
  },
  trainScout,
);
