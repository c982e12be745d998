/** Many seeds of one kind of world summed up: what each step claims on average, and how often the last step sees an edge. */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { picksAt, type Scorecard, scoreOf } from '../../profit/scorecard.ts';
import type { WorldResult } from './one_world.ts';

/** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

export interface Mean {
  readonly mean: number;
  /** 95 % interval of the mean over seeds (Student); null for a single seed. */
  readonly low: number | null;
  readonly high: number | null;
  /** Seeds on which the figure exists. */
  readonly nSeeds: number;
}

/** Mean over seeds; figures that do not exist are left out. */
function meanOver(values: readonly number[]): Mean {
  const known = values.filter((value) => Number.isFinite(value));
  const nSeeds = known.length;
  if (nSeeds === 0) return { mean: Number.NaN, low: null, high: null, nSeeds };
  const middle = mean(known);
  if (nSeeds === 1) return { mean: middle, low: null, high: null, nSeeds };
  const half = ((T_975[nSeeds - 2] ?? 1.96) * sampleStandardDeviation(known)) / Math.sqrt(nSeeds);
  return { mean: middle, low: middle - half, high: middle + half, nSeeds };
}

function precisionAt(card: Scorecard, name: 'model' | 'price only', threshold: number): number {
  const picks = picksAt(scoreOf(card, name), threshold);
  return picks.nPicks === 0 ? Number.NaN : picks.precision.estimate;
}

/** The figures of one kind of world. */
export function summarise(world: string, results: readonly WorldResult[]) {
  const steps = results[0].steps.map(({ step, name }) => {
    const cards = results.flatMap((result) => result.steps[step].card ?? []);
    const over = (figure: (card: Scorecard) => number): Mean => meanOver(cards.map(figure));
    return {
      step,
      name,
      base_rate: over((card) => card.baseRate.estimate),
      model_precision_75: over((card) => precisionAt(card, 'model', 0.75)),
      model_precision_90: over((card) => precisionAt(card, 'model', 0.9)),
      price_only_precision_75: over((card) => precisionAt(card, 'price only', 0.75)),
      price_only_precision_top: over((card) => card.top.priceOnlyPrecision.estimate),
      model_return_top: over((card) => card.top.modelReturn.estimate),
      price_only_return_top: over((card) => card.top.priceOnlyReturn.estimate),
      return_difference: over((card) => card.top.returnDifference.estimate),
      auc_difference: over((card) => card.aucDifference.estimate),
      seeds_with_difference_above_0: cards.filter((card) => card.top.returnDifference.low > 0).length,
      seeds_with_return_above_0: cards.filter((card) => card.top.modelReturn.low > 0).length,
      seeds_with_interval_over_price_only: cards.filter(
        ({ top }) =>
          top.modelReturn.low <= top.priceOnlyReturn.estimate && top.priceOnlyReturn.estimate <= top.modelReturn.high,
      ).length,
    };
  });
  const planted = results.flatMap((result) => result.planted ?? []);
  return {
    world,
    n_seeds: results.length,
    steps,
    planted:
      planted.length === 0
        ? null
        : {
            n_tested: meanOver(planted.map((p) => p.nTested)),
            oracle_return: meanOver(planted.map((p) => p.oracleReturn.estimate)),
            model_return_same_number: meanOver(planted.map((p) => p.modelReturn.estimate)),
            price_only_return_same_number: meanOver(planted.map((p) => p.priceOnlyReturn.estimate)),
            recall_same_number: meanOver(planted.map((p) => p.recallSameNumber)),
            recall_top_1pct: meanOver(planted.map((p) => p.recallTop1Pct)),
            recall_at_50: meanOver(planted.map((p) => p.recallAt[0].recall)),
            recall_at_75: meanOver(planted.map((p) => p.recallAt[1].recall)),
          },
  };
}

export type WorldSummary = ReturnType<typeof summarise>;
