/** Means over draws of what the bench measured, as a table, a picture and the rows of its last line. */
import { mean } from 'd3-array';
import type { Picture } from '../../charts/section.ts';
import { intervalsPicture } from '../../charts/specs/intervals.ts';
import { bootstrapInterval } from '../../evaluate/bootstrap.ts';
import { formatTable } from '../../run/console.ts';
import type { TrialResult } from './trial.ts';

const N_RESAMPLES = 1000;

/** One detector on one style and size; means over draws, the interval of `ap` over draws. */
export interface BackgroundRow {
  readonly background: string;
  readonly style: string;
  readonly detector: string;
  readonly median_usd: number;
  /** Median of what was placed: less than asked for where a market could not take more. */
  readonly placed_usd: number;
  readonly n_draws: number;
  readonly n_planted: number;
  readonly auc: number;
  readonly ap: number;
  readonly ap_low: number;
  readonly ap_high: number;
  readonly p20: number;
  /** Share of the planted among the first 50. */
  readonly recall_k: number;
  /** Share found at thresholds that are false to at most 5 and 10 %. */
  readonly recall_false_5: number;
  readonly recall_false_10: number;
}

/** Share of wallets of the tape with randomised outcomes that reach what the 20th of the real tape has. */
export interface ControlRow {
  readonly background: string;
  readonly detector: string;
  readonly n_draws: number;
  readonly share_real: number;
  readonly share_randomised: number;
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** @param draws results of the same plan with different seeds; at least one */
export function summarise(
  names: { readonly background: string; readonly style: string; readonly medianUsd: number },
  draws: readonly TrialResult[],
): BackgroundRow[] {
  const placed = draws.flatMap(({ betsUsd }) => betsUsd).sort((a, b) => a - b);
  return [...draws[0].power.keys()].map((detector) => {
    const own = draws.map(({ power }) => power.get(detector)!);
    const over = (pick: (power: (typeof own)[number]) => number): number => rounded(mean(own, pick)!);
    const { low, high } = bootstrapInterval({
      nRows: own.length,
      statistic: (rows) => mean(rows, (row) => own[row].averagePrecision)!,
      nResamples: N_RESAMPLES,
      seed: 1,
    });
    return {
      background: names.background,
      style: names.style,
      detector,
      median_usd: names.medianUsd,
      placed_usd: Math.round(placed[placed.length >> 1]),
      n_draws: draws.length,
      n_planted: over(({ nPlanted }) => nPlanted),
      auc: over(({ auc }) => auc),
      ap: over(({ averagePrecision }) => averagePrecision),
      ap_low: rounded(low),
      ap_high: rounded(high),
      p20: over(({ precisionAt20 }) => precisionAt20),
      recall_k: over(({ recallAt50 }) => recallAt50),
      recall_false_5: over(({ recallAtFalseShare }) => recallAtFalseShare[1]),
      recall_false_10: over(({ recallAtFalseShare }) => recallAtFalseShare[2]),
    };
  });
}

/** A line for each style and size, a column of average precision for each detector. */
export function apTable(rows: readonly BackgroundRow[]): string {
  const detectors = [...new Set(rows.map(({ detector }) => detector))];
  const keys = [...new Set(rows.map(({ style, median_usd }) => `${style} ${median_usd}`))];
  return formatTable(
    ['average precision of', 'median $', 'placed $', ...detectors],
    keys.map((key) => {
      const own = rows.filter(({ style, median_usd }) => `${style} ${median_usd}` === key);
      const cells = detectors.map((name) => own.find(({ detector }) => detector === name)!.ap.toFixed(2));
      return [own[0].style, String(own[0].median_usd), String(own[0].placed_usd), ...cells];
    }),
  );
}

/** All measures of the first style, and the control. */
export function detailTables(rows: readonly BackgroundRow[], controls: readonly ControlRow[]): string[] {
  const first = rows.filter(({ style }) => style === rows[0].style);
  return [
    formatTable(
      [rows[0].style, 'median $', 'AUC', 'avg. precision', 'prec.@20', 'recall@50', 'recall, 5 % false', '10 %'],
      first.map((row) => [
        row.detector,
        String(row.median_usd),
        row.auc.toFixed(3),
        `${row.ap.toFixed(2)} [${row.ap_low.toFixed(2)}, ${row.ap_high.toFixed(2)}]`,
        ...[row.p20, row.recall_k, row.recall_false_5, row.recall_false_10].map((value) => value.toFixed(2)),
      ]),
    ),
    formatTable(
      ['wallets at or above the 20th of the real tape, %', 'real outcomes', 'randomised outcomes'],
      controls.map((row) => [row.detector, (100 * row.share_real).toFixed(2), (100 * row.share_randomised).toFixed(2)]),
    ),
  ];
}

/** Average precision by style and detector at one size. */
export function backgroundPicture(
  rows: readonly BackgroundRow[],
  medianUsd: number,
  shown: readonly string[],
): Picture {
  const marks = rows
    .filter((row) => row.median_usd === medianUsd && shown.includes(row.detector))
    .map((row) => ({
      name: row.style.replaceAll('_', ' '),
      series: row.detector.replaceAll('_', ' '),
      value: row.ap,
      low: row.ap_low,
      high: row.ap_high,
      words: `${row.n_draws} draws of ${row.n_planted.toFixed(0)} planted wallets, median bet $${row.placed_usd}`,
    }));
  return intervalsPicture(marks, { xTitle: 'average precision', domain: [0, 1] });
}
