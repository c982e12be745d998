/**
 * Detectors made by thought instead of learning: a few signs of one kind of wallet, each a profile column or a quotient of
 * two, ranked among the wallets of a reference population and averaged with fixed weights. The sets were chosen on the
 * development seeds 1 to 4 of the simulated market; seeds 101 to 110 only measured them (models/LOG.md).
 */
import { rankAmong } from '../archetypes/naming.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';

interface Sign {
  readonly name: string;
  /** Profile columns that the sign is made of. */
  readonly columns: readonly string[];
  readonly value: (...columns: readonly number[]) => number;
}

function column(name: string, direction: 1 | -1 = 1): Sign {
  return {
    name: direction === 1 ? name : `low ${name}`,
    columns: [name],
    value: (value) => direction * value,
  };
}

/** Weight and sign. */
type SignSet = readonly (readonly [weight: number, sign: Sign])[];

/** Who knows something does not wait for others to come: it takes what is offered. */
const TAKES = column('maker_share_pct', -1);
const SELDOM: Sign = {
  name: 'few active days for its age',
  columns: ['active_days', 'tenure_days'],
  value: (days, tenure) => -days / Math.max(tenure, 1),
};
const GOES_ROUND: Sign = {
  name: 'fills per market',
  columns: ['n_fills', 'diversification_markets_count'],
  value: (fills, markets) => fills / markets,
};
const SIZED_UP: Sign = {
  name: 'largest bet against the mean',
  columns: ['max_bet_usd', 'aggression_avg_usd'],
  value: (largest, mean) => largest / mean,
};

const INSIDER_SIGNS: SignSet = [
  [2, TAKES],
  [1, column('total_net_pnl')],
  [1, SELDOM],
  [1, column('max_bet_vs_market_volume_pct')],
  [1, column('bet_size_cv')],
  [1, column('top_market_share_pct')],
];

/** What each set of signs is made of; ranks are means of ranks, so a set of one sign ranks by that column. */
export const SIGN_SETS = {
  /** Takes, wins, trades seldom, in one market, unevenly, with bets that are large for the market. */
  insider_signs: INSIDER_SIGNS,
  /** The same for feeds that do not tell makers from takers. */
  insider_signs_without_role: INSIDER_SIGNS.filter(([, sign]) => sign !== TAKES),
  /** Buys large, and takes. */
  whale_signs: [
    [2, column('conviction_avg_buy_usd')],
    [1, TAKES],
  ],
  /** Never holds to the end, and goes round in few markets. */
  wash_signs: [
    [1, column('held_to_resolution_pct', -1)],
    [1, GOES_ROUND],
  ],
  /** Takes, always the same size, in many markets. */
  copy_signs: [
    [1, TAKES],
    [1, column('bet_size_cv', -1)],
    [1, column('diversification_markets_count')],
  ],
  /**
   * Mitts & Ofir 2026: size against others, size against itself, profit, concentration. Their fifth signal, timing before
   * the event, is not in a profile.
   */
  four_of_five_signals: [
    [1, column('max_bet_usd')],
    [1, SIZED_UP],
    [1, column('roi_pct')],
    [1, column('top_market_share_pct')],
  ],
  edge_z: [[1, column('edge_z')]],
  win_rate: [[1, column('win_rate_pct')]],
  largest_bet: [[1, column('max_bet_usd')]],
  bet_against_volume: [[1, column('max_bet_vs_market_volume_pct')]],
  mean_fill: [[1, column('aggression_avg_usd')]],
  markets: [[1, column('diversification_markets_count')]],
} as const satisfies Readonly<Record<string, SignSet>>;

export type SignSetName = keyof typeof SIGN_SETS;

/**
 * Degrees of the t copula that insider signs are calibrated with. A Gaussian one flags too many: signs of ordinary wallets
 * meet more often than their correlations say. 15 is the largest number of 30, 15, 8 and 4 whose realised false discovery
 * rate kept to a nominal .10 on the development seeds (.05 ± .02); the other sets kept to it with a Gaussian copula.
 */
export const INSIDER_COPULA_DEGREES = 15;

/** Rank of a sign that is missing: says nothing either way. */
const RANK_UNKNOWN = 0.5;

/** Values of the signs, one column of numbers each; NaN where a column is null. */
function signValues(profiles: DataFrame, set: SignSet): Float64Array[] {
  return set.map(([, sign]) => {
    const columns = sign.columns.map((name) => toNumbers(profiles, name));
    return Float64Array.from({ length: profiles.height }, (_, row) =>
      sign.value(...columns.map((values) => values[row])),
    );
  });
}

/** A set of signs with the population it ranks against. */
export class SignDetector {
  private constructor(
    private readonly set: SignSet,
    private readonly sorted: readonly Float64Array[],
  ) {}

  /** @param reference rows of 11_wallet_profiles, at least one */
  static fit(reference: DataFrame, name: SignSetName): SignDetector {
    const set: SignSet = SIGN_SETS[name];
    const sorted = signValues(reference, set).map((values) => values.filter((value) => !Number.isNaN(value)).sort());
    return new SignDetector(set, sorted);
  }

  /** Ranks of every sign, rows × signs, each in 0..1. */
  ranks(profiles: DataFrame): Matrix {
    const columns = signValues(profiles, this.set);
    const values = new Float32Array(profiles.height * columns.length);
    columns.forEach((numbers, k) => {
      for (let row = 0; row < numbers.length; row++) {
        const rank = rankAmong(this.sorted[k], numbers[row]);
        values[row * columns.length + k] = Number.isNaN(rank) ? RANK_UNKNOWN : rank;
      }
    });
    return createMatrix(values, profiles.height, columns.length);
  }

  /** Weighted mean of ranks, 0..1; higher has more of the signs. */
  scoreRanks({ values, nRows, nCols }: Matrix): Float64Array {
    const weights = this.set.map(([weight]) => weight);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const scores = new Float64Array(nRows);
    for (let row = 0; row < nRows; row++) {
      let sum = 0;
      for (let k = 0; k < nCols; k++) sum += weights[k] * values[row * nCols + k];
      scores[row] = sum / total;
    }
    return scores;
  }

  score(profiles: DataFrame): Float64Array {
    return this.scoreRanks(this.ranks(profiles));
  }

  /** The signs of one row of ranks, the one that adds most first, each with what it adds above an ordinary wallet. */
  reasons(ranks: Matrix, row: number): { readonly name: string; readonly weight: number }[] {
    return this.set
      .map(([weight, sign], k) => ({
        name: sign.name,
        weight: weight * (ranks.values[row * ranks.nCols + k] - RANK_UNKNOWN),
      }))
      .sort((a, b) => b.weight - a.weight);
  }
}
