/** The tape: canonical trades of the markets at hand, a part at a time, each match once. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { DAY_MS } from '../run/clock.ts';
import type { Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { prefetch } from '../run/prefetch.ts';
import type { LabelEncoder } from '../tables/label_encoder.ts';
import { toNumbers } from '../tables/matrix.ts';
import { readParts, selectParts } from '../tables/read_parts.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import type { BacktestMarkets, ReplayResult, Rules, Signals, Strategy, TapeBatch } from './model.ts';
import { Replay } from './replay.ts';

const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'price', 'shares'];
/** Rows of makers are left out: the taker's row of the match tells the same trade. */
export const IS_CANONICAL = pl
  .col('role')
  .isNull()
  .or(pl.col('role').neq(pl.lit('maker')));

/** The trades of the book's markets in a part, by time. */
function batchOf(trades: DataFrame, marketCodes: LabelEncoder): TapeBatch {
  const frame = marketCodes
    .transform(trades)
    .filter(pl.col('market').isNotNull())
    .sort({ by: ['ts_ms'], maintainOrder: true });
  const [tsMs, market, outcomes, prices, shares] = ['ts_ms', 'market', 'outcome_index', 'price', 'shares'].map((name) =>
    toNumbers(frame, name),
  );
  return {
    nRows: frame.height,
    tsMs,
    market: Int32Array.from(market),
    price0: prices.map((price, i) => (outcomes[i] === 0 ? price : 1 - price)),
    shares,
  };
}

export interface ReplayJob {
  readonly trades: Table;
  /** Numbers of the markets, as in `markets` and `signals`. */
  readonly marketCodes: LabelEncoder;
  readonly markets: BacktestMarkets;
  readonly signals: Signals;
  readonly rules: Rules;
  readonly log: Log;
  /** Trades from this timestamp on are not seen; all are when it is left out. */
  readonly untilMs?: number;
}

/**
 * Replays the canonical trades from the day of the first signal to their end, or to `untilMs`.
 * @throws InputError 'corrupt-file' when the parts of the table overlap in time
 */
export async function replayTrades(job: ReplayJob, strategies: readonly Strategy[]): Promise<ReplayResult> {
  const { trades, signals, untilMs } = job;
  const replay = new Replay(job.markets, signals, strategies, job.rules);
  const firstMs = signals.nRows === 0 ? Number.POSITIVE_INFINITY : signals.tsMs[0];
  const query = {
    columns: COLUMNS,
    where: IS_CANONICAL,
    between: { fromMs: Math.floor(firstMs / DAY_MS) * DAY_MS, untilMs },
  };
  const progress = job.log.progress(`replaying ${strategies.length} strategies`, selectParts(trades, query).length);
  let nDone = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const frame of prefetch(readParts(trades, query))) {
    const batch = batchOf(frame, job.marketCodes);
    if (batch.nRows > 0) {
      if (batch.tsMs[0] < lastMs)
        throw new InputError(
          'corrupt-file',
          `a part of ${trades.folder} begins before the part before it ends`,
          `delete ${trades.folder} and run: ${RAW_TRADES.madeBy}`,
        );
      lastMs = batch.tsMs[batch.nRows - 1];
      replay.feed(batch);
    }
    progress.update(++nDone);
  }
  progress.done();
  return replay.finish();
}
