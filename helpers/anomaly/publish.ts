/** What the anomaly step leaves behind: the model in the registry, the two files known by name, the table of scores. */
import { calibrationRowsNeeded } from '../evaluate/conformal.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { type ModelKey, saveModel } from '../registry/compat.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { jsonText } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import type { Table } from '../tables/table_store.ts';
import type { FitOptions, WalletAnomalyModel, WalletScores } from './wallet_model.ts';
import { WALLET_ANOMALY, walletModelToJson } from './wallet_model.ts';

/** What decides the model. */
export function walletModelKey(profiles: Table, options: FitOptions): ModelKey {
  return { name: WALLET_ANOMALY, inputs: [profiles], options: { ...options } };
}

/** One row per wallet, as in 14_wallet_scores. */
export function scoresFrame(profiles: DataFrame, result: WalletScores): DataFrame {
  const reason = (n: number) =>
    pl.Series(
      `reason_${n + 1}`,
      result.reasons.map((names) => names[n] ?? null),
      pl.Utf8,
    );
  const flags = Array.from(result.flags, (flag) => flag === 1);
  return profiles
    .select('wallet', 'as_of_ms')
    .withColumns(
      pl.Series('score', Array.from(result.scores), pl.Float64),
      pl.Series('p_value', Array.from(result.pValues), pl.Float64),
      pl.Series('is_flagged', flags, pl.Bool),
      reason(0),
      reason(1),
      reason(2),
    );
}

/** A sentence when the calibration wallets are too few for a false discovery rate to flag one wallet, else null. */
export function calibrationWarning(model: WalletAnomalyModel, nWallets: number): string | null {
  if (model.flagRule.kind !== 'fdr') return null;
  const nNeeded = calibrationRowsNeeded(nWallets, model.flagRule.rate);
  const n = model.calibration.length;
  if (n >= nNeeded) return null;
  return `${formatCount(n)} calibration wallets are too few to flag a single one of ${formatCount(nWallets)} at a false discovery rate of ${model.flagRule.rate} (it takes ${formatCount(nNeeded)}); --flag percentile ranks instead`;
}

/** Saves the model and puts it in force, also under the names that people know; returns the run's folder. */
export function publishWalletModel(
  run: Run,
  table: Table,
  profiles: DataFrame,
  model: WalletAnomalyModel,
  options: FitOptions,
  result: WalletScores,
): string {
  const nFlagged = result.flags.reduce((sum, flag) => sum + flag, 0);
  const asOfMs = toNumbers(profiles, 'as_of_ms')[0];
  return saveModel(run, {
    ...walletModelKey(table, options),
    model: walletModelToJson(model),
    nRows: profiles.height,
    published: {
      'poly_model.json': jsonText(model.detector.toModel()),
      'poly_scaler.json': jsonText(model.space.toModel()),
    },
    metrics: { n_wallets: profiles.height, n_calibration: model.calibration.length, n_flagged: nFlagged },
    card: {
      purpose: 'Ranks wallets by how little they resemble the others; a flag is a reason to look, not a verdict.',
      data: `${profiles.height} wallets, fills before ${isoTime(asOfMs)}`,
      features: ANOMALY_FEATURES,
      split: 'Half of the wallets, drawn at random, to learn from; the other half to calibrate p-values with.',
      metrics: [`detector ${options.detector}`, `${nFlagged} wallets flagged by ${JSON.stringify(options.flagRule)}`],
      limits: [
        'The calibration wallets are the population as it is, strange ones included: p-values are conservative.',
        'The scaler saw both halves and wallets of the learning half score a little less strange than new ones.',
        'Strange is not informed: see the power table for what each detector finds of planted insiders.',
      ],
    },
  });
}

/** The strangest wallets first, as cells of a table for people. */
export function strangestRows(profiles: DataFrame, result: WalletScores, nMax: number): (string | number)[][] {
  const wallets = toTexts(profiles, 'wallet');
  return Array.from(result.scores.keys())
    .sort((a, b) => result.scores[b] - result.scores[a] || a - b)
    .slice(0, nMax)
    .map((row) => [
      `${wallets[row]?.slice(0, 10)}…`,
      result.scores[row].toFixed(2),
      result.pValues[row].toFixed(4),
      result.flags[row] === 1 ? 'yes' : 'no',
      result.reasons[row].length === 0 ? '–' : result.reasons[row].join(', '),
    ]);
}
