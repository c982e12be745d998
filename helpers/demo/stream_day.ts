/** The simulated Kalshi day of `npm run demo:stream`: three days to learn from, one to watch, and whales planted in it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kalshiMarkets, kalshiTrades, type Timed } from '../doubles/kalshi_market.ts';
import { type DoubleFill, readVenueMarket, type VenueMarket } from '../doubles/market.ts';
import { domainOf } from '../features/domain.ts';
import { createRandom } from '../kernels/random.ts';
import { DAY_MS, isoDay } from '../run/clock.ts';
import { hashValue } from '../run/files.ts';
import { resolveSimulateOptions } from '../simulate/options.ts';
import { simulateMarket } from '../simulate/simulate_market.ts';
import type { MarketFacts, Trade } from '../trade_anomaly/trade.ts';

const N_TRAINING_DAYS = 3;
const N_PLANTED = 24;
/** Contracts of a planted whale: more than the largest trades of most markets, which may take hundreds of thousands. */
const WHALE_CONTRACTS = { least: 1_000_000, most: 4_000_000 };
/** Prices at which a whale is nobody's settlement sweep. */
const WHALE_PRICE = { least: 0.15, most: 0.8 };
const MICRO = 1e6;

export interface StreamDay {
  /** First moment, ms since 1970: the next UTC day, as the stream begins now and does not look back. */
  readonly startMs: number;
  /** The day alone, as Kalshi's double tells it. */
  readonly market: VenueMarket;
  /** Its trades, whales among them. */
  readonly trades: readonly Timed[];
  /** Ids of the planted trades. */
  readonly planted: ReadonlySet<string>;
  /** The days before, with what was known. */
  readonly history: readonly { readonly trade: Trade; readonly facts: MarketFacts }[];
}

/** Fills that are whales: copies of others, far larger, at moments of the day; a third are the first trades of their markets. */
function plantWhales(day: readonly DoubleFill[], seed: number): DoubleFill[] {
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
  const chosen = [
    ...random.sample(firsts.slice(-firsts.length / 2), N_PLANTED / 3),
    ...random.sample(late, (2 * N_PLANTED) / 3),
  ];
  return chosen.map((fill, i) => {
    const { least, most } = WHALE_CONTRACTS;
    const shares = Math.round(MICRO * (least + (most - least) * random.uniform()));
    const usd = Math.round((shares * fill.usd) / fill.shares);
    return { ...fill, index: 10_000_000 + i, id: `whale_${i}_${fill.id}`, shares, usd };
  });
}

async function simulated(folder: string, seed: number, endMs: number): Promise<string> {
  const options = resolveSimulateOptions({
    population: 'active',
    nTrades: 200_000,
    nDays: N_TRAINING_DAYS + 1,
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

/** Trades of Kalshi's double as the fold takes them. */
function historyOf(before: VenueMarket): StreamDay['history'] {
  const facts = new Map(
    kalshiMarkets(before, Number.NEGATIVE_INFINITY).map(({ row }): [string, MarketFacts] => [
      String(row.ticker),
      {
        category: domainOf([], String(row.title))?.domain ?? 'other',
        closeMs: Date.parse(String(row.latest_expiration_time)),
        openInterest: null,
      },
    ]),
  );
  return kalshiTrades(before).map(({ atMs, row }) => {
    const outcome = row.taker_outcome_side === 'yes' ? 0 : 1;
    const ticker = String(row.ticker);
    const trade = {
      venue: 'kalshi',
      tradeId: String(row.trade_id),
      marketId: ticker,
      tsMs: atMs,
      contracts: Number(row.count_fp),
      outcome,
      price: Number(outcome === 0 ? row.yes_price_dollars : row.no_price_dollars),
      wallet: null,
    } as const;
    return { trade, facts: facts.get(ticker) ?? { category: null, closeMs: null, openInterest: null } };
  });
}

/** Simulates, or takes what is there, and plants. @param venueNowS the time that the day's double lives at, seconds since 1970 */
export async function streamDay(
  folder: string,
  seed: number,
  nowMs: number,
  venueNowS: () => number,
): Promise<StreamDay> {
  const startMs = Math.floor(nowMs / DAY_MS) * DAY_MS + DAY_MS;
  const whole = readVenueMarket(await simulated(folder, seed, startMs + DAY_MS));
  const before = whole.fills.filter(({ timestampS }) => timestampS * 1000 < startMs);
  const own = whole.fills.filter(({ timestampS }) => timestampS * 1000 >= startMs);
  const whales = plantWhales(own, seed);
  const fills = [...own, ...whales].sort((a, b) => a.timestampS - b.timestampS);
  const market = { ...whole, fills, nowS: venueNowS };
  const ids = (some: readonly DoubleFill[]): string[] =>
    kalshiTrades({ ...whole, fills: some }).map(({ row }) => String(row.trade_id));
  return {
    startMs,
    market,
    trades: kalshiTrades(market),
    planted: new Set(ids(whales)),
    history: historyOf({ ...whole, fills: before }),
  };
}
