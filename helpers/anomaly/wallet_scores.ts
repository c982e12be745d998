/** What the anomaly model makes: rows of 14_wallet_scores, and itself with the two files known by name and its card. */
import { calibrationRowsNeeded } from '../evaluate/conformal.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import type { RedFlagFacts, RedFlagSettings } from '../red_flags/red_flags.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { isoTime } from '../run/clock.ts';
import { jsonText } from '../run/files.ts';
import { toNumbers } from '../tables/matrix.ts';
import { type FitOptions, type WalletAnomalyModel, type WalletScores, walletModelToJson } from './wallet_model.ts';

export type AnomalySettings = FitOptions & RedFlagSettings;

export interface AnomalyFacts {
  readonly nWallets: number;
  readonly nFlagged: number;
  readonly nCalibration: number;
  /** Calibration wallets that it takes to flag a single one at the rate asked for; null where the rule is a percentile. */
  readonly nCalibrationNeeded: number | null;
  readonly redFlags: RedFlagFacts;
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

/** How many wallets were scored and flagged, and whether the calibration could flag one at all. */
export function countScores({ flagRule, calibration }: WalletAnomalyModel, { flags }: WalletScores) {
  const nWallets = flags.length;
  return {
    nWallets,
    nFlagged: flags.reduce((sum, flag) => sum + flag, 0),
    nCalibration: calibration.length,
    nCalibrationNeeded: flagRule.kind === 'fdr' ? calibrationRowsNeeded(nWallets, flagRule.rate) : null,
  } satisfies Omit<AnomalyFacts, 'redFlags'>;
}

/** @param profiles that it was fitted on */
export function walletModelEntry(model: WalletAnomalyModel, profiles: DataFrame, nFlagged: number): ModelEntry {
  const onnx = model.detector.toOnnx();
  return {
    model: walletModelToJson(model),
    nRows: profiles.height,
    published: {
      'poly_model.json': jsonText(model.detector.toModel()),
      'poly_scaler.json': jsonText(model.space.toModel()),
      ...(onnx === null ? {} : { 'poly_model.onnx': onnx }),
    },
    card: {
      purpose: 'Ranks wallets by how little they resemble the others; a flag is a reason to look, not proof.',
      data: `${profiles.height} wallets, fills before ${isoTime(toNumbers(profiles, 'as_of_ms')[0])}`,
      features: ANOMALY_FEATURES,
      split: 'Half of the wallets, at random, to learn from; the other half to calibrate p-values with.',
      metrics: [`detector ${model.detector.name}`, `${nFlagged} wallets flagged by ${JSON.stringify(model.flagRule)}`],
      limits: [
        'The calibration wallets are the population as it is, anomalous ones included: p-values are conservative.',
        'The scaler saw both halves, and wallets of the learning half score a little lower than new ones.',
        'Anomalous is not informed: see the power study for what each detector finds of planted insiders.',
      ],
    },
  };
}
