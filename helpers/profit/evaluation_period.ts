/** A period of scored fills, with the trades and markets that strategies are replayed on. */
import type { BacktestMarkets, ReplayResult, Rules, Strategy } from '../replay/model.ts';
import { replayTrades } from '../replay/tape.ts';
import type { Log } from '../run/console.ts';
import type { LabelEncoder } from '../tables/label_encoder.ts';
import { readTable, type Table } from '../tables/table_store.ts';
import {
  backtestMarkets,
  firstTestMs,
  marketEncoder,
  type Part,
  readScoredFills,
  type ScoredFills,
} from './scored_fills.ts';

/** What it is made from: 16_trade_predictions, 10_raw_trades and 10_markets. */
export interface PeriodSources {
  readonly predictions: Table;
  readonly trades: Table;
  readonly markets: Table;
}

/** Scored fills of one part, the markets they speak of, and how far the tape may be looked at. */
export interface EvaluationPeriod {
  readonly trades: Table;
  readonly marketCodes: LabelEncoder;
  readonly scored: ScoredFills;
  readonly markets: BacktestMarkets;
  /** Trades from this timestamp on are not seen. */
  readonly untilMs: number;
}

/** Why a period has nothing to show, without a full stop. */
export const WHY_EMPTY: Readonly<Record<Part, string>> = {
  validation: 'no validation fill had its result before the first test fill',
  test: 'no fill of the test part was scored',
};

/**
 * Opens a part. Validation is what was known when the test began: fills whose result came later, most of them test fills of
 * an earlier fold of the walk-forward, and trades after that are left out, so that a choice owes the test nothing.
 */
export async function openPeriod(
  { predictions, trades, markets }: PeriodSources,
  part: Part,
): Promise<EvaluationPeriod> {
  const marketCodes = marketEncoder();
  const untilMs = part === 'validation' ? await firstTestMs(predictions) : Number.POSITIVE_INFINITY;
  const scored = await readScoredFills(predictions, part, marketCodes, untilMs);
  return { trades, marketCodes, scored, markets: backtestMarkets(readTable(markets), marketCodes), untilMs };
}

/** Replays strategies over the trades that a period may look at. */
export async function replayPeriod(
  { scored, ...period }: EvaluationPeriod,
  rules: Rules,
  strategies: readonly Strategy[],
  log: Log,
): Promise<ReplayResult> {
  return await replayTrades({ ...period, signals: scored, rules, log }, strategies);
}
