/**
 * Recorded answers as opportunities: who says that a share is worth more than it costs at that moment's quote could be followed. What could
 * have been known to the forecaster, or to nobody before the market had ended, is left out and counted.
 */
import type { StrategyOpportunities } from '../../strategies/opportunities.ts';
import type { RecordedKind } from '../../strategies/watchers.ts';
import { takerFeeUsd } from '../../venues/fees.ts';
import type { ForecastMarkets } from './asked_questions.ts';
import type { RecordedAnswer, RecordedLine } from './record.ts';

/** What a share is said to be worth beyond its cost, USD: kinds from each of these on. */
const CLAIMS = [0, 0.02, 0.05, 0.1];
const CELL_NAMES = ['up to 2 ¢ claimed', '2 to 5 ¢ claimed', '5 to 10 ¢ claimed', '10 ¢ and more claimed'];
/** Fees are rounded an order; a share's part of an order of so many is told. */
const FEE_SHARES = 100;

export interface RecordedTest {
  readonly opportunities: StrategyOpportunities;
  /** Why answers were left out, and how many. */
  readonly refused: ReadonlyMap<string, number>;
}

interface Row {
  readonly tsMs: number;
  readonly market: number;
  readonly outcome: 0 | 1;
  readonly claim: number;
  readonly cost: number;
  readonly price: number;
}

/** Why an answer cannot be tested without knowing too much; null where it can. */
function leakOf({ toldMs, quotedMs, closesMs, trainedUntilMs }: RecordedAnswer, resultMs: number): string | null {
  if (toldMs >= closesMs) return 'the market had closed when it was told';
  if (trainedUntilMs !== null && closesMs <= trainedUntilMs) return 'the market closed before the model was trained';
  if (resultMs <= toldMs) return 'the result was known when it was told';
  return quotedMs > toldMs ? 'the price was read after it was told' : null;
}

/** The side that is said to be worth more than it costs; null where neither is. */
function rowOf(answer: RecordedAnswer, market: number): Row | null {
  const { forecast, toldMs, bid, ask, feeRate } = answer;
  if (forecast.kind === 'abstain') return null;
  const sides = ([0, 1] as const).map((outcome): Row => {
    const paid = outcome === 0 ? ask : 1 - bid;
    const cost = paid + takerFeeUsd('kalshi', FEE_SHARES, Math.min(1, paid), feeRate, null) / FEE_SHARES;
    const p = outcome === 0 ? forecast.p : 1 - forecast.p;
    const middle = (bid + ask) / 2;
    return { tsMs: toldMs, market, outcome, claim: p - cost, cost, price: outcome === 0 ? middle : 1 - middle };
  });
  const best = sides[0].claim >= sides[1].claim ? sides[0] : sides[1];
  return best.claim > 0 ? best : null;
}

/** All that one forecaster has claimed, by time. */
export function recordedOpportunities(
  lines: readonly RecordedLine[],
  { markets, eventOf }: ForecastMarkets,
  kind: RecordedKind,
): RecordedTest {
  const numberOf = new Map(markets.ids.map((id, m) => [id, m]));
  const refused = new Map<string, number>();
  const rows = lines.flatMap((line): Row[] => {
    if (line.kind !== 'answer' || line.forecaster !== kind) return [];
    const market = numberOf.get(line.ticker)!;
    const row = rowOf(line, market);
    const leak = row === null ? null : leakOf(line, markets.resolvedMs[market]);
    if (leak !== null) refused.set(leak, (refused.get(leak) ?? 0) + 1);
    return row === null || leak !== null ? [] : [row];
  });
  rows.sort((a, b) => a.tsMs - b.tsMs);
  const numbers = (value: (row: Row) => number): Float64Array => Float64Array.from(rows, value);
  return {
    refused,
    opportunities: {
      kind,
      cellNames: CELL_NAMES,
      nRows: rows.length,
      tsMs: numbers(({ tsMs }) => tsMs),
      cell: Uint16Array.from(rows, ({ claim }) => CLAIMS.findLastIndex((from) => claim >= from)),
      market: Int32Array.from(rows, ({ market }) => market),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
      price: numbers(({ price }) => price),
      event: Int32Array.from(rows, ({ market }) => eventOf[market]),
      cost: numbers(({ cost }) => cost),
      payout: numbers(({ market, outcome }) => (outcome === 0 ? markets.payouts[market] : 1 - markets.payouts[market])),
      knownMs: numbers(({ market }) => markets.resolvedMs[market]),
    },
  };
}
