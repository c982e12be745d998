/** What a wallet took from the offers of others, as the Data API says when it is asked for that alone. */
import { z } from 'zod';
import { SECOND_MS } from '../run/clock.ts';
import type { DataApiClient } from '../venues/polymarket/api/data_api.ts';
import type { LiveWindow } from './live_options.ts';

export const TAKEN = z.object({
  /** Time of the last fill that was known when the service was asked, ms. */
  lastMs: z.number(),
  /** Share of all fills as maker, 0..100: of the newest page of fills as taker and of the fills since then. */
  makerSharePct: z.number(),
  /** USD bought as taker since the begin of the window, by token; null where one page does not reach back that far. */
  boughtUsd: z.record(z.string(), z.number()).nullable(),
});
export type TakerFills = Readonly<z.infer<typeof TAKEN>>;

/** What is known of a wallet when it is asked for. */
export interface TakerQuestion {
  readonly wallet: string;
  /** Times of all its fills, ms. */
  readonly timesMs: readonly number[];
  /** How far back they reach. */
  readonly fromMs: number;
  readonly window: LiveWindow;
}

/** Asks for the newest page of what a wallet took. */
export async function askTakerFills(
  client: DataApiClient,
  { wallet, timesMs, fromMs, window }: TakerQuestion,
): Promise<TakerFills | null> {
  const span = { startS: fromMs / SECOND_MS, endS: window.untilMs / SECOND_MS };
  for await (const { rows, next } of client.tradePages({ user: wallet, takerOnly: true, ...span })) {
    const told = rows.filter(({ timestamp }) => timestamp * SECOND_MS < window.untilMs);
    const firstMs = next === null ? fromMs : Math.min(...rows.map(({ timestamp }) => timestamp)) * SECOND_MS;
    const nAll = timesMs.filter((ms) => ms >= firstMs).length;
    if (nAll === 0) return null;
    const boughtUsd: Record<string, number> = {};
    for (const { side, timestamp, token_id: token, size, price } of told)
      if (side === 'BUY' && timestamp * SECOND_MS >= window.sinceMs)
        boughtUsd[token] = (boughtUsd[token] ?? 0) + size * price;
    return {
      lastMs: Math.max(...timesMs),
      makerSharePct: 100 * Math.max(0, 1 - told.length / nAll),
      boughtUsd: firstMs <= window.sinceMs ? boughtUsd : null,
    };
  }
  return null;
}
