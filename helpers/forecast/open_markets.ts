/** What is forecast of markets that have no result yet, and what either side would gain after costs. */
import type { DataFrame } from '../polars/polars.ts';
import type { BacktestMarkets } from '../replay/model.ts';
import { frameOf } from '../tables/frame_of.ts';
import { FORECASTS } from '../tables/schemas.ts';
import { takerFeeUsd, type Venue } from '../venues/fees.ts';
import type { Answered } from './answered.ts';
import { FORECASTERS, type ForecasterName } from './forecaster.ts';
import { intervalOf } from './track_record.ts';

export interface OpenForecast {
  readonly asOfMs: number;
  readonly venue: Venue;
  readonly marketId: string;
  readonly marketP: number;
  /** Who spoke. */
  readonly forecasters: readonly ForecasterName[];
  readonly pool: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** USD per share, after spread and taker fee. */
  readonly edgeYes: number;
  readonly edgeNo: number;
  readonly why: string;
}

/** Fees are rounded an order; a share's part of an order of so many is told. */
const FEE_SHARES = 100;
/** Characters of what forecasters rest on. */
const WHY_MAX = 400;

/** The newest answer about each market without a result at `asOfMs`, the larger edge first. */
export function openForecasts(
  answered: readonly Answered[],
  { ids, venues, feeRates, feeExponents }: BacktestMarkets,
  halfSpread: number,
  asOfMs: number,
): OpenForecast[] {
  const newest = new Map<number, Answered>();
  for (const one of answered) if (one.knownMs > asOfMs || Number.isNaN(one.payout)) newest.set(one.market, one);
  const nullOf = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const costOf = (m: number, price: number): number => {
    const paid = Math.min(1, price);
    const fee = takerFeeUsd(venues[m], FEE_SHARES, paid, nullOf(feeRates[m]), nullOf(feeExponents[m]));
    return paid + fee / FEE_SHARES;
  };
  return [...newest.values()]
    .map(({ tsMs, market, marketP, quote, told, pooled, final }) => ({
      asOfMs: tsMs,
      venue: venues[market],
      marketId: ids[market],
      marketP,
      forecasters: FORECASTERS.filter((name) => told.has(name)),
      pool: pooled.p,
      ...intervalOf(pooled),
      p: final,
      edgeYes: final - costOf(market, quote?.ask ?? marketP + halfSpread),
      edgeNo: 1 - final - costOf(market, 1 - (quote?.bid ?? marketP - halfSpread)),
      why: [...new Set(pooled.reasons)].join('; ').slice(0, WHY_MAX),
    }))
    .sort((a, b) => Math.max(b.edgeYes, b.edgeNo) - Math.max(a.edgeYes, a.edgeNo));
}

export function forecastsFrame(rows: readonly OpenForecast[]): DataFrame {
  return frameOf(FORECASTS, rows, {
    as_of_ms: ({ asOfMs }) => asOfMs,
    venue: ({ venue }) => venue,
    market_id: ({ marketId }) => marketId,
    market_price: ({ marketP }) => marketP,
    n_forecasters: ({ forecasters }) => forecasters.length,
    forecasters: ({ forecasters }) => forecasters.join(', '),
    p_pool: ({ pool }) => pool,
    p_low: ({ low }) => low,
    p_high: ({ high }) => high,
    p: ({ p }) => p,
    edge_yes: ({ edgeYes }) => edgeYes,
    edge_no: ({ edgeNo }) => edgeNo,
    why: ({ why }) => why,
  });
}
