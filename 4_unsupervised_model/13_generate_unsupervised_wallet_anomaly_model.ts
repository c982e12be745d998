/**
 * Which wallets are unlike the others, and how sure is that?
 *
 * Reads   11_wallet_profiles
 * Writes  14_wallet_scores, 14_wallet_signs; models/wallet_anomaly/<run>/ and current.json; models/poly_model.json, models/poly_scaler.json
 * Method  distance to the nearest of 4 K-Means centres on 13 scaled columns (or an isolation forest, or an autoencoder),
 *         split-conformal p-values, Benjamini–Hochberg at a stated false discovery rate (design/methods.md, section 4).
 *         --compare instead measures every detector on simulated markets with planted truth: models/wallet_anomaly/power.md
 */

import { ANOMALY_SECTION, anomalySection } from '../helpers/anomaly/anomaly_section.ts';
import { DETECTORS, type DetectorName } from '../helpers/anomaly/detectors.ts';
import { comparePower, POWER_OPTIONS } from '../helpers/anomaly/power/compare.ts';
import {
  calibrationWarning,
  publishWalletModel,
  scoresFrame,
  strangestRows,
  walletModelKey,
} from '../helpers/anomaly/publish.ts';
import { type FitOptions, fitWalletModel, scoreWallets, WALLET_ANOMALY } from '../helpers/anomaly/wallet_model.ts';
import { countSigns, describeSigns, judgeSigns } from '../helpers/anomaly/wallet_signs.ts';
import { isReported, publishSection } from '../helpers/charts/report.ts';
import { FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { keepModel, modelRunName, skippedLine } from '../helpers/registry/compat.ts';
import { formatCount, formatTable } from '../helpers/run/console.ts';
import { runScript, tellSkipped } from '../helpers/run/script.ts';
import { publishTable, upToDateManifest } from '../helpers/tables/derived_table.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { WALLET_SCORES, WALLET_SIGNS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const MODEL = 'The model';
const FLAGS = 'What is flagged';

await runScript(
  'wallet_anomaly_model',
  {
    detector: {
      choices: DETECTORS,
      default: 'kmeans' as DetectorName,
      describe: 'what measures strangeness',
      group: MODEL,
    },
    flag: {
      choices: ['fdr', 'percentile'] as const,
      default: 'fdr' as 'fdr' | 'percentile',
      describe: 'flag at a false discovery rate, or above a percentile of the calibration scores',
      group: FLAGS,
    },
    fdr: FDR_OPTION,
    percentile: {
      type: 'number',
      default: 95,
      describe: 'with --flag percentile: percentile, 0..100',
      range: { from: 0, to: 100, isOpen: true, unit: 'a percentile' },
      onlyWith: { flag: 'percentile' },
      group: FLAGS,
    },
    ...POWER_OPTIONS,
  },
  async (run, options) => {
    if (options.compare) return (await comparePower(run, options)).outcome;
    const table = openProfiles(run);
    const fit: FitOptions = {
      detector: options.detector,
      flagRule:
        options.flag === 'fdr'
          ? { kind: 'fdr', rate: options.fdr }
          : { kind: 'percentile', percent: options.percentile },
      seed: run.seed,
    };
    const recipe = { inputs: [table], options: { ...fit } };
    const signRecipe = { inputs: [table], options: { fdr: options.fdr } };
    const current = upToDateManifest(run, WALLET_SCORES, recipe);
    const hasSigns = upToDateManifest(run, WALLET_SIGNS, signRecipe) !== null;
    const hasTables = current !== null && hasSigns && isReported(run, ANOMALY_SECTION);
    if (hasTables && keepModel(run, WALLET_ANOMALY, modelRunName(run, walletModelKey(table, fit)))) {
      run.log.result(`Up to date: ${formatCount(current.rows)} wallets scored.`);
      return 'up to date';
    }
    const profiles = readTable(table);
    const model = await fitWalletModel(profiles, fit, createExecutor({ nThreads: options.threads }));
    if (typeof model === 'string') return tellSkipped(run, skippedLine(run, walletModelKey(table, fit), model));
    const result = scoreWallets(model, profiles);
    const folder = publishWalletModel(run, table, profiles, model, fit, result);
    const nFlagged = result.flags.reduce((sum, flag) => sum + flag, 0);
    run.log.result(formatTable(['wallet', 'score', 'p', 'flagged', 'because of'], strangestRows(profiles, result, 10)));
    run.log.result(`${formatCount(nFlagged)} of ${formatCount(profiles.height)} wallets flagged; model in ${folder}.`);
    const warning = calibrationWarning(model, profiles.height);
    if (warning !== null) run.log.warn(warning);
    const signs = await judgeSigns(profiles, options.fdr, run.seed, run.log);
    const [signTable, signLine] = describeSigns(signs);
    const flagLine = `${formatCount(nFlagged)} of ${formatCount(profiles.height)} wallets are flagged as strange.`;
    const lines = [flagLine, ...(warning === null ? [] : [warning]), signLine];
    await publishSection(run, anomalySection(profiles, model, result, signs.frame, lines));
    publishTable(run, WALLET_SIGNS, signRecipe, signs.frame, countSigns(signs));
    publishTable(run, WALLET_SCORES, recipe, scoresFrame(profiles, result), { flagged: nFlagged });
    run.log.result(`${signTable}\n${signLine}`);
    return 'done';
  },
);
