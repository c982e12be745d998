/** Test fills of all folds with their probabilities and what became of them; an even share of them when they are too many to hold. */
import { BernoulliSample } from './bernoulli_sample.ts';
import type { Evaluation } from './scorecard.ts';
import type { FillBlock } from './trade_rows.ts';
import type { FittedFold, FoldScores } from './walk_forward.ts';

/** Test fills that are evaluated at most, about; a mean of so many is known to a few thousandths. */
const ROWS_MAX = 5_000_000;

export interface TestedFills extends Evaluation {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly priceOnly: Float64Array;
  readonly returns: Float64Array;
  readonly market: Int32Array;
  /** Numbers of the fills. */
  readonly rows: Uint32Array;
  /** 1 where the fit and validation rows of the fold do not hold the fill's wallet. */
  readonly isUnseenWallet: Uint8Array;
  /** Test fills that these stand for. */
  readonly nTested: number;
  /** Whether any of them names a wallet. */
  readonly hasWallets: boolean;
}

function createColumns(n: number) {
  return {
    labels: new Uint8Array(n),
    probabilities: new Float64Array(n),
    priceOnly: new Float64Array(n),
    returns: new Float64Array(n),
    market: new Int32Array(n),
    rows: new Uint32Array(n),
    isUnseenWallet: new Uint8Array(n),
  };
}
type Columns = ReturnType<typeof createColumns>;

/** Takes scored test fills, and gives them fold by fold, in order of time. */
export class TestedFillsCollector {
  private readonly folds: Map<number, { readonly columns: Columns; readonly sample: BernoulliSample; n: number }>;
  private readonly nTested: number;
  private hasWallets = false;

  constructor(fitted: readonly FittedFold[], seed: number, rowsMax = ROWS_MAX) {
    this.nTested = fitted.reduce((sum, { fold }) => sum + fold.nTest, 0);
    this.folds = new Map(
      fitted.map(({ index, fold: { nTest } }) => {
        const sample = new BernoulliSample(nTest, (nTest * Math.min(rowsMax, this.nTested)) / this.nTested, seed);
        return [index, { columns: createColumns(sample.capacity), sample, n: 0 }];
      }),
    );
  }

  add({ keys, firstRow }: FillBlock, { fold, part, at, probability, priceOnly }: FoldScores): void {
    if (part !== 'test') return;
    const own = this.folds.get(fold.index)!;
    const { columns, sample } = own;
    at.forEach((i, k) => {
      if (!sample.takes()) return;
      const wallet = keys.wallet[i];
      const row = own.n++;
      columns.labels[row] = keys.labels[i];
      columns.probabilities[row] = probability[k];
      columns.priceOnly[row] = priceOnly[k];
      columns.returns[row] = keys.returns[i];
      columns.market[row] = keys.market[i];
      columns.rows[row] = firstRow + i;
      columns.isUnseenWallet[row] = wallet >= 0 && fold.fold.seenWallets.get(wallet) === 0 ? 1 : 0;
      if (wallet >= 0) this.hasWallets = true;
    });
  }

  finish(): TestedFills {
    const folds = [...this.folds.values()];
    const joined = createColumns(folds.reduce((sum, { n }) => sum + n, 0));
    let at = 0;
    for (const { columns, n } of folds) {
      for (const name of Object.keys(joined) as (keyof Columns)[]) joined[name].set(columns[name].subarray(0, n), at);
      at += n;
    }
    return { ...joined, nTested: this.nTested, hasWallets: this.hasWallets };
  }
}
