/** 26 on a recording of 21: the same loop on paper, with the times at which the frames came, from nothing; the same recording, the same trades. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { realPorts } from '../http/ports.ts';
import { HOUR_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { hashValue } from '../run/files.ts';
import type { StepContext } from '../step/contract.ts';
import { recordedLines } from '../stream/recorded_events.ts';
import { MARKETS } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';
import { MICROS_PER_USD } from '../trade/money.ts';
import { permitOf } from './exchange.ts';
import { type OpenTrader, openTrader } from './open_trader.ts';
import type { Results } from './results.ts';
import { factsOf, type TraderFacts } from './trader_facts.ts';
import type { TraderSettings } from './trader_options.ts';

const FRAME = z.looseObject({ type: z.string(), msg: z.looseObject({}).optional() });

/** A UUID by its number. */
function numberedId(n: number): string {
  const hex = hashValue(['replay', n]);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** How markets ended, by 10_markets of a data folder, as far as it was known at `nowMs`. */
function knownResults(dataDir: string, nowMs: () => number): Results {
  const table = openTableIfThere(dataDir, MARKETS);
  const rows = table === null ? [] : (readTable(table).toRecords() as Record<string, unknown>[]);
  const byTicker = new Map(rows.filter(({ venue }) => venue === 'kalshi').map((row) => [String(row.market_id), row]));
  const payoutOf = (ticker: string): number | null => {
    const { resolved_ms, winner_index, settlement_value } = byTicker.get(ticker) ?? {};
    if (typeof resolved_ms !== 'number' || resolved_ms > nowMs()) return null;
    if (typeof winner_index === 'number') return winner_index === 0 ? MICROS_PER_USD : 0;
    return typeof settlement_value === 'number' ? Math.round(settlement_value * MICROS_PER_USD) : null;
  };
  return async (tickers) =>
    new Map(
      tickers.flatMap((ticker) => {
        const payout = payoutOf(ticker);
        return payout === null ? [] : [[ticker, payout] as const];
      }),
    );
}

/**
 * Trades on a recording.
 * @param recording folder of the files of Kalshi
 * @throws InputError 'bad-option' for another mode than paper, 'empty-input' where there is no recording
 */
export async function replayTrader(
  { dataDir, seed, log }: StepContext,
  settings: TraderSettings,
  recording: string,
): Promise<TraderFacts> {
  // Says why, should somebody have asked for a real exchange.
  permitOf(settings, 'replay');
  if (settings.mode !== 'paper')
    throw new InputError('bad-option', '--replay trades on paper alone', 'leave --mode out');
  const folder = join(dataDir, 'live', 'trader', 'replayed');
  rmSync(folder, { recursive: true, force: true });
  let [clockMs, heardMs]: [number, number | null] = [0, null];
  let nIds = 0;
  let open: OpenTrader | null = null;
  let nextMs = 0;
  const ports = { ...realPorts(seed), nowMs: () => clockMs, sleep: async () => undefined };
  const results = knownResults(dataDir, ports.nowMs);
  const how = { tell: () => undefined, warn: log.warn, newId: () => numberedId(nIds++), heardMs: () => heardMs };
  const round = async ({ trader, desk }: OpenTrader): Promise<void> => {
    const asOfMs = await desk.sync();
    await desk.cancelStale();
    await trader.round(asOfMs);
  };
  try {
    for await (const { received_ms, kind, text } of recordedLines(recording)) {
      clockMs = received_ms;
      if (open === null) {
        open = await openTrader({ dataDir, folder, settings, ports, real: null, results, ...how });
        nextMs = clockMs + settings.everyMs;
      }
      const { view } = open.exchange;
      if (kind === 'missed' || kind === 'down') view.onMissed();
      if (kind === 'frame') {
        heardMs = clockMs;
        const frame = FRAME.safeParse(JSON.parse(text)).data;
        if (frame?.msg !== undefined) view.onFrame(frame.type, frame.msg);
      }
      if (clockMs < nextMs) continue;
      nextMs = clockMs + settings.everyMs;
      await round(open);
    }
    if (open === null)
      throw new InputError('empty-input', `${recording} holds no lines`, 'name a folder as data/live/frames/kalshi');
    const facts = factsOf(open, 'paper', clockMs);
    // What was under way ends, and what has ended is paid.
    clockMs += HOUR_MS;
    await open.trader.look(await open.desk.sync());
    return { ...factsOf(open, 'paper', clockMs), state: facts.state, reasons: facts.reasons };
  } finally {
    await open?.close();
  }
}
