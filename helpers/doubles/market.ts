/** What the doubles tell of: the fills and markets that the simulator wrote, in memory, as of a time that may move on. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withSystemErrors } from '../run/files.ts';
import { EXCHANGE_CONTRACTS } from '../venues/polymarket/exchanges.ts';

/** A row of `orderFilled.csv`, and what the services say of it besides. */
export interface DoubleFill {
  /** Number of the row, from 0. */
  readonly index: number;
  readonly timestampS: number;
  readonly maker: string;
  readonly makerAssetId: string;
  readonly makerAmountFilled: string;
  readonly taker: string;
  readonly takerAssetId: string;
  readonly takerAmountFilled: string;
  readonly transactionHash: string;
  /** `<transaction>_<order>`, as the subgraph names it. */
  readonly id: string;
  readonly isBuy: boolean;
  readonly token: string;
  /** In 1e-6 units. */
  readonly shares: number;
  readonly usd: number;
  /** The incoming order's own row. */
  readonly isTaker: boolean;
}

const MARKET = z.looseObject({
  id: z.string(),
  conditionId: z.string(),
  question: z.string(),
  slug: z.string(),
  outcomes: z.string(),
  outcomePrices: z.string(),
  clobTokenIds: z.string(),
  closed: z.boolean(),
  closedTime: z.string().optional(),
  createdAt: z.string(),
  startDate: z.string(),
  endDate: z.string(),
  tags: z.array(z.looseObject({ id: z.string(), slug: z.string(), label: z.string() })),
  events: z.array(z.looseObject({ id: z.string(), slug: z.string(), title: z.string() })),
});
export type DoubleMarket = z.infer<typeof MARKET>;

/** A market with one of its two outcomes. */
export interface TokenOf {
  readonly market: DoubleMarket;
  readonly outcome: 0 | 1;
}

export interface VenueMarket {
  /** In order of time. */
  readonly fills: readonly DoubleFill[];
  readonly markets: readonly DoubleMarket[];
  readonly byToken: ReadonlyMap<string, TokenOf>;
  /** The time that the services live at, seconds since 1970; nothing later is told. */
  nowS(): number;
}

/** The end of the data: everything is told. */
const ALWAYS = (): number => Number.POSITIVE_INFINITY;

/**
 * Reads a folder of the simulator.
 * @param folder with `goldsky/orderFilled.csv` and `gamma_markets.jsonl` in it
 * @param nowS the time that the services live at, seconds since 1970; default: after everything
 */
export function readVenueMarket(folder: string, nowS: () => number = ALWAYS): VenueMarket {
  const read = (name: string): string[] => {
    const path = join(folder, name);
    return withSystemErrors(path, () => readFileSync(path, 'utf8'))
      .split('\n')
      .filter((line) => line !== '');
  };
  const markets = read('gamma_markets.jsonl').map((line) => MARKET.parse(JSON.parse(line)));
  const fills = read('goldsky/orderFilled.csv').slice(1).map(fillOf);
  return { ...indexMarket(fills, markets), nowS };
}

function indexMarket(fills: readonly DoubleFill[], markets: readonly DoubleMarket[]): Omit<VenueMarket, 'nowS'> {
  const byToken = new Map<string, TokenOf>();
  for (const market of markets)
    for (const [outcome, token] of (JSON.parse(market.clobTokenIds) as string[]).entries())
      byToken.set(token, { market, outcome: outcome === 0 ? 0 : 1 });
  return { fills, markets, byToken };
}

const EXCHANGES: ReadonlySet<string> = new Set(EXCHANGE_CONTRACTS);

function fillOf(line: string, index: number): DoubleFill {
  const [timestamp, maker, makerAssetId, makerAmountFilled, taker, takerAssetId, takerAmountFilled, transactionHash] =
    line.trim().split(',');
  const isBuy = makerAssetId === '0';
  const order = createHash('sha256').update(`${transactionHash} ${index}`).digest('hex');
  return {
    index,
    timestampS: Number(timestamp),
    maker,
    makerAssetId,
    makerAmountFilled,
    taker,
    takerAssetId,
    takerAmountFilled,
    transactionHash,
    id: `${transactionHash}_0x${order}`,
    isBuy,
    token: isBuy ? takerAssetId : makerAssetId,
    shares: Number(isBuy ? takerAmountFilled : makerAmountFilled),
    usd: Number(isBuy ? makerAmountFilled : takerAmountFilled),
    isTaker: EXCHANGES.has(taker.toLowerCase()),
  };
}

/** How many fills there are up to now. */
export function visibleCount({ fills, nowS }: VenueMarket): number {
  const now = nowS();
  let low = 0;
  let high = fills.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fills[middle].timestampS <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Seconds since 1970 of `2026-01-08 12:31:08+00` or ISO 8601. */
export function secondsOf(text: string): number {
  return Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z')) / 1000;
}

/** Whether a market has ended up to `nowS`. */
export function isOver({ closedTime }: DoubleMarket, nowS: number): boolean {
  return closedTime !== undefined && secondsOf(closedTime) <= nowS;
}
