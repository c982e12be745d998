/** Recorded answers tested as strategies: at the order books of that time where they were recorded, else at the trades of the tape. */
import { join } from 'node:path';
import type { Rules } from '../../replay/model.ts';
import { replayTrades } from '../../replay/tape.ts';
import { formatCount, type Log } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';
import { type BacktestJob, backtest, type StrategyResult, type VariantRow } from '../../strategies/backtest.ts';
import type { StrategyMarkets } from '../../strategies/opportunities.ts';
import type { RecordedKind } from '../../strategies/watchers.ts';
import type { Table } from '../../tables/table_store.ts';
import { withAskedMarkets } from './asked_questions.ts';
import { recordingStamp, replayBooks } from './book_tape.ts';
import { readRecord } from './record.ts';
import { recordedOpportunities } from './recorded_opportunities.ts';

interface RecordedJob extends Omit<BacktestJob, 'markets' | 'replay'> {
  readonly kinds: readonly RecordedKind[];
  readonly rules: Rules;
  readonly dataDir: string;
  /** A recording of 21; undefined is that of the data folder. */
  readonly books: string | undefined;
  /** Null where no trades were imported. */
  readonly tape: (StrategyMarkets & { readonly trades: Table }) | null;
  readonly log: Log;
}

/** Where 21 records what Kalshi sends. */
export function booksFolder(dataDir: string, books: string | undefined): string {
  return books ?? join(dataDir, 'live', 'frames', 'kalshi');
}

/** @throws InputError 'missing-input' naming what is lacking: recorded answers, or prices to trade at */
export async function backtestRecorded(
  job: RecordedJob,
): Promise<{ rows: VariantRow[]; results: StrategyResult[]; notes: string[] }> {
  const { kinds, dataDir, tape, rules, log } = job;
  const record = readRecord(dataDir);
  const all = withAskedMarkets(tape, record);
  const tests = kinds.map((kind) => recordedOpportunities(record, all, kind));
  if (tests.every(({ opportunities, refused }) => opportunities.nRows + refused.size === 0))
    throw new InputError(
      'missing-input',
      `nothing is recorded of ${kinds.join(' and ')} that says that a share is worth more than it costs`,
      '24_forecast_markets.ts asks about open markets and records the answers: a model asked later has read how they ended',
    );
  const folder = booksFolder(dataDir, job.books);
  const hasBooks = recordingStamp(folder) !== null;
  if (!hasBooks && (tape === null || job.books !== undefined))
    throw new InputError(
      'missing-input',
      `there are no prices to trade at: ${folder} holds no recording`,
      '21_record_feeds.ts records order books; trades of 10_raw_trades do as well',
    );
  const { markets } = all;
  const replay: BacktestJob['replay'] = (signals, strategies) =>
    hasBooks
      ? replayBooks({ folder, markets, rules, delayMs: job.delayMs }, signals, strategies)
      : replayTrades({ trades: tape!.trades, marketCodes: tape!.codes, markets, signals, rules, log }, strategies);
  const eventOf = Int32Array.from(all.eventOf);
  const { rows, results } = await backtest(
    tests.map(({ opportunities }) => opportunities),
    { ...job, markets: { eventOf }, replay },
  );
  const leaks = tests.flatMap(({ refused }, k) =>
    [...refused].map(([why, n]) => `${kinds[k]}: ${formatCount(n)} answers left out, as ${why}.`),
  );
  const paid = hasBooks
    ? 'Orders took what recorded order books offered after the delay: the best price of the other side, and no more than the smaller of both best sizes.'
    : 'No order books were recorded: orders were filled by the next trade with a half spread.';
  return { rows, results, notes: [paid, ...leaks] };
}
