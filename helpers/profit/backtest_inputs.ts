/** What every script that replays needs: predictions, trades, markets, and the rules that its options make. */

import type { BacktestMarkets, ReplayResult, Rules, Strategy } from '../replay/model.ts';
import { replayTrades } from '../replay/tape.ts';
import { HOUR_MS } from '../run/clock.ts';
import type { Run } from '../run/script.ts';
import type { Codebook } from '../tables/codebook.ts';
import { MARKETS, RAW_TRADES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { openTable, openTableIfThere, readTable, type Table } from '../tables/table_store.ts';
import { type OrderOptions, predictionTask, rulesOf } from './backtest_options.ts';
import {
  backtestMarkets,
  firstTestMs,
  marketBook,
  type Part,
  readScoredFills,
  type ScoredFills,
} from './scored_fills.ts';

export interface BacktestInputs {
  readonly predictions: Table;
  readonly trades: Table;
  readonly markets: Table;
  readonly task: { readonly horizonMs: number; readonly target: string };
  readonly rules: Rules;
  /** What an order costs and how it ends, in a sentence. */
  readonly costs: string;
}

/**
 * Opens the tables; the sentence that says what is missing when nothing has been predicted.
 * @throws InputError 'missing-input' without trades
 */
export function openInputs(run: Run, options: OrderOptions): BacktestInputs | string {
  const trades = openTable(run.dataDir, RAW_TRADES);
  const markets = openTable(run.dataDir, MARKETS);
  const predictions = openTableIfThere(run.dataDir, TRADE_PREDICTIONS);
  if (predictions === null) return `there are no predictions; ${TRADE_PREDICTIONS.madeBy} makes them`;
  const task = predictionTask(predictions);
  const exit = options.exit === 'horizon' ? `sold ${task.horizonMs / HOUR_MS} h after the fill` : 'held to resolution';
  return {
    predictions,
    trades,
    markets,
    task,
    rules: rulesOf(options, task.horizonMs),
    costs: `Orders of $${options.stake} are filled by the next trade after the delay and ${exit}, with the venue's taker fee and ${options['half-spread']} cents of half spread each way; a void market pays .5 a share.`,
  };
}

/** Scored fills of one part, the markets they speak of, and how far the tape may be looked at. */
export interface Scene {
  readonly book: Codebook;
  readonly scored: ScoredFills;
  readonly markets: BacktestMarkets;
  /** Trades from this moment on are not seen. */
  readonly untilMs: number;
}

/**
 * Opens a part. Validation is what was known when the test began: fills whose result came later, most of them test fills of
 * an earlier fold of the walk-forward, and trades after that moment are left out, so that a choice owes the test nothing.
 */
export async function openScene(inputs: BacktestInputs, part: Part): Promise<Scene> {
  const book = marketBook();
  const untilMs = part === 'validation' ? firstTestMs(inputs.predictions) : Number.POSITIVE_INFINITY;
  const scored = await readScoredFills(inputs.predictions, part, book, untilMs);
  return { book, scored, markets: backtestMarkets(readTable(inputs.markets), book), untilMs };
}

/** Replays strategies over the trades that a scene may look at. */
export function replayScene(
  run: Run,
  inputs: BacktestInputs,
  { book, scored, markets, untilMs }: Scene,
  strategies: readonly Strategy[],
): Promise<ReplayResult> {
  const { trades, rules } = inputs;
  return replayTrades({ trades, book, markets, signals: scored, rules, log: run.log, untilMs }, strategies);
}
