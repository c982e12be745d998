/**
 * Can an archetype be told before it is obvious, by forest or by boosting?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/archetype_classifier, models/final_whale_hunter_model.json
 * Method  profiles and labels at several moments; trained on the older half and other wallets, tested on the newer half.
 *         Three rows: all columns (learns the rule back), without the label-defining ones, and early detection: a wallet's
 *         first fills before T − horizon against its label at T. Only the last is a claim, and only its model is saved.
 */

import { WATERFALL_OPTIONS } from '../helpers/labels/training_tables.ts';
import { runScript } from '../helpers/run/script.ts';
import { trainArchetypeClassifier } from '../helpers/supervised/classifier_step.ts';

const TASK = 'Early detection';

await runScript(
  'train_classifier',
  {
    'first-fills': { type: 'number', default: 20, describe: 'fills of each wallet that are seen', group: TASK },
    'first-hours': { type: 'number', describe: 'only fills this soon after its first, hours', group: TASK },
    'horizon-days': { type: 'number', default: 3, describe: 'from what is seen to the label, days', group: TASK },
    snapshots: { type: 'number', default: 8, describe: 'moments, one horizon apart, at most', group: TASK },
    'per-class': { type: 'number', default: 3000, describe: 'training rows of each class but whales', group: TASK },
    folds: { type: 'number', default: 3, describe: 'parts into which wallets are cut', group: TASK },
    ...WATERFALL_OPTIONS,
  },
  trainArchetypeClassifier,
);
