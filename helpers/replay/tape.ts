/** The tape: canonical trades of the markets at hand, a part at a time, each match once. */

import { pl, releaseFrames } from '../polars/polars.ts';
import type { Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import type { Codebook } from '../tables/codebook.ts';
import { toNumbers } from '../tables/matrix.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { partPaths, scanPart, type Table, withParquetErrors } from '../tables/table_store.ts';
import type { BacktestMarkets, ReplayResult, Rules, Signals, Strategy, TapeBatch } from './model.ts';
import { Replay } from './replay.ts';

const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'price', 'shares'];

/** A part's trades by time. Rows of makers are left out: the taker's row of the match tells the same trade. */
function readBatch(path: string, book: Codebook, untilMs: number): TapeBatch {
  const trades = withParquetErrors(path, () =>
    scanPart(path, RAW_TRADES)
      .filter(
        pl
          .col('role')
          .isNull()
          .or(pl.col('role').neq(pl.lit('maker'))),
      )
      .select(...COLUMNS)
      .collectSync(),
  );
  const isInTime = Number.isFinite(untilMs) ? pl.col('ts_ms').lt(pl.lit(untilMs).cast(pl.Int64)) : pl.lit(true);
  const frame = book
    .coded(trades)
    .filter(pl.col('market').isNotNull().and(isInTime))
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
  readonly book: Codebook;
  readonly markets: BacktestMarkets;
  readonly signals: Signals;
  readonly rules: Rules;
  readonly log: Log;
  /** Trades from this moment on are not seen; all are when it is left out. */
  readonly untilMs?: number;
}

/**
 * Replays the canonical trades from the day of the first signal to their end, or to `untilMs`.
 * @throws InputError 'corrupt-file' when the parts of the table overlap in time
 */
export async function replayTrades(job: ReplayJob, strategies: readonly Strategy[]): Promise<ReplayResult> {
  const { trades, signals, untilMs = Number.POSITIVE_INFINITY } = job;
  const replay = new Replay(job.markets, signals, strategies, job.rules);
  const fromMs = signals.nRows === 0 ? Number.POSITIVE_INFINITY : signals.tsMs[0];
  const parts = trades.manifest.parts
    .filter((part) => part.rows > 0 && (part.maxTsMs ?? 0) >= fromMs && (part.minTsMs ?? 0) < untilMs)
    .sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0));
  const progress = job.log.progress(
    `replaying ${strategies.length} strategies`,
    parts.reduce((sum, part) => sum + part.rows, 0),
  );
  let nDone = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    const [path] = partPaths(trades, [part]);
    const batch = readBatch(path, job.book, untilMs);
    if (batch.nRows > 0) {
      if (batch.tsMs[0] < lastMs)
        throw new InputError(
          'corrupt-file',
          `${path} begins before the part before it ends`,
          `delete ${trades.folder} and run: ${RAW_TRADES.madeBy}`,
        );
      lastMs = batch.tsMs[batch.nRows - 1];
      replay.feed(batch);
    }
    nDone += part.rows;
    progress.update(nDone);
    await releaseFrames();
  }
  progress.done();
  return replay.finish();
}
