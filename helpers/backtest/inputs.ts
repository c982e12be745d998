/** What every script that replays needs: predictions, trades, markets, and the rules that its options make. */
import type { Run } from '../run/script.ts';
import { MARKETS, RAW_TRADES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { openTable, openTableIfThere, readTable, type Table } from '../tables/table_store.ts';
import type { ReplayResult, Rules, Strategy } from './model.ts';
import { type OrderOptions, predictionTask, rulesOf } from './options.ts';
import { backtestMarkets, marketBook, type Part, readScoredFills, type ScoredFills } from './scored_fills.ts';
import { replayTrades } from './tape.ts';

const HOUR_MS = 3_600_000;

export interface BacktestInputs {
  readonly predictions: Table;
  readonly trades: Table;
  readonly markets: Table;
  readonly task: { readonly horizonMs: number; readonly target: string };
  readonly rules: Rules;
  /** What an order costs and how it ends, in a sentence. */
  readonly costs: string;
}

/** Opens the tables; the sentence that says what is missing when nothing has been predicted. */
export function openInputs(run: Run, options: OrderOptions): BacktestInputs | string {
  const predictions = openTableIfThere(run.dataDir, TRADE_PREDICTIONS);
  if (predictions === null) return `there are no predictions; ${TRADE_PREDICTIONS.madeBy} makes them`;
  const task = predictionTask(predictions);
  const exit = options.exit === 'horizon' ? `sold ${task.horizonMs / HOUR_MS} h after the fill` : 'held to resolution';
  return {
    predictions,
    trades: openTable(run.dataDir, RAW_TRADES),
    markets: openTable(run.dataDir, MARKETS),
    task,
    rules: rulesOf(options, task.horizonMs),
    costs: `Orders of $${options.stake} are filled by the next trade after the delay and ${exit}, with the venue's taker fee and ${options['half-spread']} cents of half spread each way; a void market pays .5 a share.`,
  };
}

/** Scored fills of one part with the markets they speak of. */
export async function openScene(inputs: BacktestInputs, part: Part, knownByMs?: number) {
  const book = marketBook();
  const scored = await readScoredFills(inputs.predictions, part, book, knownByMs);
  return { book, scored, markets: backtestMarkets(readTable(inputs.markets), book) };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** Replays strategies over the trades, up to `untilMs` when it is given. */
export function replayScene(
  run: Run,
  inputs: BacktestInputs,
  { book, scored, markets }: { book: Scene['book']; scored: ScoredFills; markets: Scene['markets'] },
  strategies: readonly Strategy[],
  untilMs?: number,
): Promise<ReplayResult> {
  const { trades, rules } = inputs;
  return replayTrades({ trades, book, markets, signals: scored, rules, log: run.log, untilMs }, strategies);
}
