/** The simulated Kalshi days of `npm run demo:stream`: three that are over, to learn from; and one to watch, with whales planted in it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kalshiTrades, type Timed } from '../doubles/kalshi_market.ts';
import { type DoubleFill, readVenueMarket, type VenueMarket } from '../doubles/market.ts';
import { createRandom } from '../kernels/random.ts';
import { DAY_MS, isoDay } from '../run/clock.ts';
import { hashValue } from '../run/files.ts';
import { resolveSimulateOptions } from '../simulate/options.ts';
import { simulateMarket } from '../simulate/simulate_market.ts';

const N_TRAINING_DAYS = 3;
/** Today lies between, and nothing happens on it: the stream does not look back, and what is fetched must be over. */
const N_DAYS = N_TRAINING_DAYS + 2;
const N_PLANTED = 24;
/** Contracts of a planted whale: more than the largest trades of most markets, which may take hundreds of thousands. */
const WHALE_CONTRACTS = { least: 1_000_000, most: 4_000_000 };
/** Prices at which a whale is nobody's settlement sweep. */
const WHALE_PRICE = { least: 0.15, most: 0.8 };
const MICRO = 1e6;

export interface StreamDay {
  /** First moment of the days to learn from, and the first after them, ms since 1970. */
  readonly pastMs: { readonly from: number; readonly until: number };
  /** First moment of the day to watch: the next UTC day. */
  readonly startMs: number;
  /** Past and day, as Kalshi's double tells them. */
  readonly market: VenueMarket;
  /** Trades of the day, whales among them. */
  readonly trades: readonly Timed[];
  /** Ids of the planted trades. */
  readonly planted: ReadonlySet<string>;
  /** Those of them that are the first trades of their markets on this day. */
  readonly firsts: ReadonlySet<string>;
}

/** Fills that are whales: copies of others, far larger, at moments of the day; a third are the first trades of their markets. */
function plantWhales(day: readonly DoubleFill[], seed: number): { firsts: DoubleFill[]; others: DoubleFill[] } {
  const random = createRandom(seed);
  const isTaken = ({ isTaker, usd, shares }: DoubleFill): boolean =>
    isTaker && usd / shares > WHALE_PRICE.least && usd / shares < WHALE_PRICE.most;
  const seen = new Set<string>();
  const firsts = day.filter((fill) => {
    const isFirst = !seen.has(fill.token);
    seen.add(fill.token);
    return isFirst && isTaken(fill);
  });
  // Not within the first minutes, when nothing at all is known yet.
  const late = day.slice(Math.floor(day.length / 20)).filter(isTaken);
  const whale = (fill: DoubleFill, i: number): DoubleFill => {
    const { least, most } = WHALE_CONTRACTS;
    const shares = Math.round(MICRO * (least + (most - least) * random.uniform()));
    const usd = Math.round((shares * fill.usd) / fill.shares);
    return { ...fill, index: 10_000_000 + i, id: `whale_${i}_${fill.id}`, shares, usd };
  };
  const nFirsts = N_PLANTED / 3;
  return {
    firsts: random.sample(firsts.slice(-firsts.length / 2), nFirsts).map(whale),
    others: random.sample(late, N_PLANTED - nFirsts).map((fill, i) => whale(fill, nFirsts + i)),
  };
}

async function simulated(folder: string, seed: number, endMs: number): Promise<string> {
  const options = resolveSimulateOptions({
    population: 'active',
    nTrades: 50_000 * N_DAYS,
    nDays: N_DAYS,
    endDate: isoDay(endMs),
    seed,
  });
  const name = `market_${seed}_${hashValue(options).slice(0, 8)}`;
  const home = join(folder, name);
  if (existsSync(folder))
    for (const old of readdirSync(folder))
      if (old.startsWith('market_') && old !== name) rmSync(join(folder, old), { recursive: true, force: true });
  if (!existsSync(home)) await simulateMarket(options, home);
  return join(home, 'raw');
}

/** Simulates, or takes what is there, and plants. @param venueNowS the time that the day's double lives at, seconds since 1970 */
export async function streamDay(
  folder: string,
  seed: number,
  nowMs: number,
  venueNowS: () => number,
): Promise<StreamDay> {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const startMs = todayMs + DAY_MS;
  const whole = readVenueMarket(await simulated(folder, seed, startMs + DAY_MS));
  const past = whole.fills.filter(({ timestampS }) => timestampS * 1000 < todayMs);
  const day = whole.fills.filter(({ timestampS }) => timestampS * 1000 >= startMs);
  const { firsts, others } = plantWhales(day, seed);
  const fills = [...past, ...day, ...firsts, ...others].sort((a, b) => a.timestampS - b.timestampS);
  const market = { ...whole, fills, nowS: venueNowS };
  const ids = (some: readonly DoubleFill[]): string[] =>
    kalshiTrades({ ...whole, fills: some }).map(({ row }) => String(row.trade_id));
  return {
    pastMs: { from: todayMs - N_TRAINING_DAYS * DAY_MS, until: todayMs },
    startMs,
    market,
    trades: kalshiTrades(market).filter(({ atMs }) => atMs >= startMs),
    planted: new Set(ids([...firsts, ...others])),
    firsts: new Set(ids(firsts)),
  };
}
