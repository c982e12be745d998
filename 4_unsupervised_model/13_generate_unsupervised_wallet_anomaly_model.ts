/**
 * Which wallets are unlike the others, and which look like insiders?
 *
 * Reads   10_raw_trades, 10_markets, 11_wallet_profiles
 * Writes  14_wallet_scores, 14_wallet_red_flags; models/wallet_anomaly/<run>/ and current.json; models/poly_model.json, models/poly_scaler.json
 * Method  distance to the nearest of 4 K-Means centres on 13 scaled columns (or an isolation forest, or an autoencoder),
 *         split-conformal p-values, Benjamini–Hochberg at a stated false discovery rate (design/methods.md, section 4);
 *         red flags: evidence of every wallet's largest stake, weighed as learnt from planted insiders (section 4b).
 *         --compare instead measures every detector on simulated markets with planted truth: models/wallet_anomaly/power.json,
 *         reports/power.md
 */
import { ANOMALY_SECTION, presentAnomalies } from '../helpers/anomaly/anomaly_report.ts';
import { POWER_OPTIONS, powerSettings, runTrials, savePowerSummary } from '../helpers/anomaly/power/compare.ts';
import { POWER_SECTION, presentPower } from '../helpers/anomaly/power/power_report.ts';
import { summarise } from '../helpers/anomaly/power/summary.ts';
import { fitWalletModel, scoreWallets, WALLET_ANOMALY } from '../helpers/anomaly/wallet_model.ts';
import { WALLET_MODEL_OPTIONS, walletModelSettings } from '../helpers/anomaly/wallet_model_options.ts';
import { countScores, scoresFrame, walletModelEntry } from '../helpers/anomaly/wallet_scores.ts';
import { FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { findRedFlags } from '../helpers/red_flags/red_flags.ts';
import { defineStep, made, unchanged, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { toNumbers } from '../helpers/tables/matrix.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES, WALLET_RED_FLAGS, WALLET_SCORES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const ID = 'wallet_anomaly_model';

const model = defineStep({
  id: ID,
  when: ({ compare }) => !compare,
  options: WALLET_MODEL_OPTIONS,
  inputs: { profiles: withWallets(WALLET_PROFILES), trades: RAW_TRADES, markets: MARKETS },
  outputs: [WALLET_SCORES, WALLET_RED_FLAGS],
  model: WALLET_ANOMALY,
  section: ANOMALY_SECTION,
  settings: walletModelSettings,
  compute: async (inputs, settings, { seed, log, executor }) => {
    const profiles = readTable(inputs.profiles);
    const fitted = await fitWalletModel(profiles, settings, seed, executor);
    if ('reason' in fitted) return fitted;
    const scores = scoreWallets(fitted, profiles);
    const [asOfMs] = toNumbers(profiles, 'as_of_ms');
    const job = { trades: inputs.trades, markets: readTable(inputs.markets), asOfMs, log };
    const redFlags = await findRedFlags(job, settings, seed);
    const facts = { ...countScores(fitted, scores), redFlags: redFlags.facts };
    return made({
      tables: [
        [WALLET_SCORES, scoresFrame(profiles, scores)],
        [WALLET_RED_FLAGS, redFlags.frame],
      ],
      model: walletModelEntry(fitted, profiles, facts.nFlagged),
      facts,
    });
  },
  present: presentAnomalies,
});

const powerStudy = defineStep({
  id: ID,
  part: 'power study',
  when: ({ compare }) => compare,
  options: { ...POWER_OPTIONS, fdr: FDR_OPTION },
  inputs: {},
  section: POWER_SECTION,
  isIncremental: true,
  settings: powerSettings,
  compute: async (_, { plans, isSummarised }, ctx) => {
    const { trials, nRun } = await runTrials(plans, ctx);
    const summary = isSummarised ? summarise(trials, ctx.seed) : null;
    if (summary !== null) savePowerSummary(ctx.modelsDir, summary);
    return nRun === 0 ? unchanged({ summary, nRun }) : made({ facts: { summary, nRun } });
  },
  present: presentPower,
});

await runStep(model, powerStudy);
