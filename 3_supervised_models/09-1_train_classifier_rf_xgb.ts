/**
 * Can an archetype be told before it is obvious, by forest or by boosting?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/archetype_classifier, models/final_whale_hunter_model.json
 * Method  profiles and labels at several moments; trained on the older half and other wallets, tested on the newer half.
 *         Three rows: all columns (learns the rule back), without the label-defining ones, and early detection: a wallet's
 *         first fills before T − horizon against its label at T. Only the last is a claim, and only its model is saved.
 */
import { runScript } from '../helpers/run/script.ts';
import { trainArchetypeClassifier } from '../helpers/supervised/classifier_step.ts';
import { EARLY_TASK_OPTIONS } from '../helpers/supervised/early_task.ts';

await runScript('train_classifier', EARLY_TASK_OPTIONS, trainArchetypeClassifier);
