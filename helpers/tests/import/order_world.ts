/** Markets, fills and files in which several feeds tell the same trades, for tests that import them in any order. */
import type { Random } from '../../kernels/random.ts';

const EXCHANGE = '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e';
export const START_S = Date.UTC(2026, 0, 5, 23, 59, 50) / 1000;

export interface Market {
  readonly id: string;
  readonly condition: string;
  readonly tokens: readonly [string, string];
  readonly names: readonly [string, string];
  readonly event: string | null;
}
export const MARKETS: readonly Market[] = [1, 2, 3, 4].map((i) => ({
  id: String(500 + i),
  condition: `0x${String(i).repeat(64)}`,
  tokens: [`7${String(i).repeat(76)}`, `6${String(9 - i).repeat(76)}`],
  names: i === 4 ? ['Trump', 'Biden'] : ['Yes', 'No'],
  event: i === 3 ? null : `event-${i}`,
}));

/** A fill as all feeds agree on it. */
export interface Fill {
  readonly market: Market;
  readonly outcome: 0 | 1;
  readonly wallet: string;
  readonly isBuy: boolean;
  readonly cents: number;
  readonly shares: number;
  readonly ts: number;
  readonly tx: string;
  readonly log: number;
}

function drawFills(random: Random, n: number): Fill[] {
  return Array.from({ length: n }, (_, i) => ({
    market: MARKETS[random.integer(MARKETS.length)],
    outcome: random.integer(2) as 0 | 1,
    wallet: `0x${String(1 + random.integer(4)).repeat(40)}`,
    isBuy: random.integer(2) === 0,
    cents: 1 + random.integer(99),
    shares: 1 + random.integer(3),
    // Few seconds, on both sides of a midnight: most fills share theirs with others.
    ts: START_S + random.integer(20),
    tx: `0x${String(1 + random.integer(5)).padStart(64, 'a')}`,
    log: i,
  }));
}

const usdU = ({ cents, shares }: Fill): number => cents * shares * 10_000;
const token = ({ market, outcome }: Fill): string => market.tokens[outcome];

export const ON_CHAIN =
  'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash';
export function onChain(fill: Fill): string {
  const [cash, held] = [
    ['0', usdU(fill)],
    [token(fill), fill.shares * 1e6],
  ];
  const [given, taken] = fill.isBuy ? [cash, held] : [held, cash];
  const taker = fill.log % 2 === 0 ? EXCHANGE : `0x${'b'.repeat(40)}`;
  return [fill.ts, fill.wallet, ...given, taker, ...taken, fill.tx].join(',');
}

export const ARCHIVE =
  'block_number,transaction_hash,log_index,maker,taker,maker_asset_id,taker_asset_id,maker_amount,taker_amount,fee,timestamp';
export function archived(fill: Fill): string {
  const [ts, maker, makerAsset, makerAmount, taker, takerAsset, takerAmount, tx] = onChain(fill).split(',');
  const block = 1000 + Math.floor(fill.ts / 2) - Math.floor(START_S / 2);
  return [block, tx, fill.log, maker, taker, makerAsset, takerAsset, makerAmount, takerAmount, fill.log % 3, ts].join(
    ',',
  );
}

const PROCESSED =
  'timestamp,market_id,maker,taker,nonusdc_side,maker_direction,price,usd_amount,token_amount,transactionHash';
function processed(fill: Fill): string {
  const { ts, market, wallet, isBuy, cents, shares, outcome, tx } = fill;
  const name = market.id === '501' ? market.id : market.condition;
  const side = isBuy ? 'BUY' : 'SELL';
  return [ts, name, wallet, EXCHANGE, `token${outcome + 1}`, side, cents / 100, usdU(fill) / 1e6, shares, tx].join(',');
}

/** A row whose columns `NAMED_COLUMNS` tells; `as` chooses how it names its market and its outcome. */
const NAMED = 'when,who,what,market,outcome,price,shares,hash';
export const NAMED_COLUMNS =
  'time=when,wallet=who,side=what,market=market,outcome=outcome,price=price,shares=shares,tx=hash';
function named(fill: Fill, as: number): string {
  const { ts, market, wallet, isBuy, cents, shares, outcome, tx } = fill;
  const market_ = [market.condition, market.id, `slug-${market.id}`, `Question ${market.id}`][as % 4];
  const name = market.names[outcome];
  const outcome_ = [name, name.toUpperCase(), String(outcome)][as % 3];
  return [ts, wallet, isBuy ? 'B' : 'S', market_, outcome_, cents / 100, shares, tx].join(',');
}

export const api = (fill: Fill, extra: object) => ({
  proxyWallet: fill.wallet,
  side: fill.isBuy ? 'BUY' : 'SELL',
  asset: token(fill),
  conditionId: fill.market.condition,
  size: fill.shares,
  price: fill.cents / 100,
  timestamp: fill.ts,
  title: `Question ${fill.market.id}`,
  slug: `slug-${fill.market.id}`,
  eventSlug: fill.market.event === null ? `slug-of-event-${fill.log % 2}` : `slug-of-${fill.market.event}`,
  outcome: fill.market.names[fill.outcome],
  outcomeIndex: fill.outcome,
  transactionHash: fill.tx,
  ...extra,
});

/** A snapshot of a market, open or closed, its outcomes in the venue's order or turned. */
export function gamma(market: Market, isClosed: boolean, isTurned: boolean) {
  const turn = <T>(pair: readonly [T, T]): T[] => (isTurned ? [pair[1], pair[0]] : [...pair]);
  return {
    id: market.id,
    question: `Question ${market.id}${isClosed ? ', closed' : ''}`,
    conditionId: market.condition,
    slug: `slug-${market.id}`,
    outcomes: JSON.stringify(turn(market.names)),
    outcomePrices: JSON.stringify(turn(isClosed ? ['0', '1'] : ['0.4', '0.6'])),
    clobTokenIds: JSON.stringify(turn(market.tokens)),
    closed: isClosed,
    createdAt: '2025-12-01T00:00:00Z',
    endDate: isClosed ? '2026-01-09T00:00:00Z' : '2026-01-10T00:00:00Z',
    volume: isClosed ? '1000' : '10',
    ...(isClosed ? { closedTime: '2026-01-08 00:00:00+00' } : {}),
    ...(market.event === null ? {} : { events: [{ id: market.event }] }),
  };
}

const ARCHIVE_MARKETS = 'id,condition_id,question,outcomes,outcome_prices,clob_token_ids,closed,end_date,created_at';
function archivedMarket({ id, condition, tokens, names }: Market): string {
  const list = (values: readonly string[]) => `"${JSON.stringify(values).replaceAll('"', '""')}"`;
  const row = [id, condition, `Archived ${id}`, list(names), list(['0', '1']), list(tokens)];
  return [...row, 'true', '2026-01-11T00:00:00Z', '2025-12-02T00:00:00Z'].join(',');
}

/** A file as a head and rows, which may stand in any order. */
export interface Source {
  readonly name: string;
  readonly rows: readonly string[];
  readonly write: (rows: readonly string[]) => string;
}

const csv = (name: string, header: string, rows: readonly string[]): Source => ({
  name,
  rows,
  write: (lines) => `${[header, ...lines].join('\n')}\n`,
});
const json = (name: string, rows: readonly object[]): Source => ({
  name,
  rows: rows.map((row) => JSON.stringify(row)),
  write: (lines) => `[${lines.join(',')}]`,
});

/** What files there are. */
export interface World {
  /** Which markets lists tell. */
  readonly lists: 'all' | 'some' | 'none';
  /** Whether files contradict each other about what a token is. */
  readonly contradicts: boolean;
  /** Whether rows leave their token out. */
  readonly leavesTokensOut: boolean;
}

const THIRD_TOKEN = `8${'5'.repeat(76)}`;

/** Feeds that contradict the others and themselves: other sides, other markets, other names, a third token. */
function contradictions(random: Random, some: (share: number) => Fill[]): Source[] {
  const other = ({ market }: Fill): Market => MARKETS[(MARKETS.indexOf(market) + 1) % MARKETS.length];
  const wrong: readonly ((fill: Fill) => object)[] = [
    (fill) => ({ outcomeIndex: 1 - fill.outcome }),
    (fill) => ({ conditionId: other(fill).condition }),
    (fill) => ({ outcome: fill.market.names[1 - fill.outcome], outcomeIndex: 999 }),
    () => ({ asset: THIRD_TOKEN }),
    () => ({ asset: THIRD_TOKEN, outcome: 'Maybe', outcomeIndex: 999 }),
  ];
  const rows = some(0.3).map((fill) => api(fill, wrong[random.integer(wrong.length)](fill)));
  const turned = MARKETS.filter(() => random.integer(3) === 0).map((market) => archivedMarket(swapped(market)));
  const foreign = MARKETS.filter(() => random.integer(3) === 0).map((market, i) =>
    archivedMarket({ ...market, tokens: MARKETS[(i + 1) % MARKETS.length].tokens }),
  );
  return [
    json('wrong.json', rows),
    csv('turned_markets.csv', ARCHIVE_MARKETS, random.integer(2) === 0 ? turned : foreign),
  ];
}

function swapped(market: Market): Market {
  return { ...market, tokens: [market.tokens[1], market.tokens[0]] };
}

/** Feeds that overlap, each with some fills and some of them twice. */
export function drawSources(random: Random, { lists, contradicts, leavesTokensOut }: World): Source[] {
  const fills = drawFills(random, 14);
  const some = (share: number): Fill[] => {
    const chosen = fills.filter(() => random.uniform() < share);
    return chosen.flatMap((fill) => (random.integer(6) === 0 ? [fill, fill] : [fill]));
  };
  const listed = lists === 'none' ? [] : MARKETS.slice(lists === 'all' ? 0 : 1 + random.integer(3));
  // Rows that name outcomes by their place would be contradicted by a list in the other order.
  const isTurned = ({ id }: Market, of: string): boolean => id === of && random.integer(2) === 0;
  const byPlace = some(0.6).filter(({ market }) => /50[14]/.test(market.id));
  const vague: readonly object[] = [
    {},
    { outcomeIndex: 999 },
    { outcomeIndex: 999, outcome: '' },
    { outcomeIndex: 999, outcome: '', conditionId: '' },
  ];
  const isVague = random.integer(2) === 0;
  const sources = [
    csv('chain.csv', ON_CHAIN, some(0.6).map(onChain)),
    csv('archive.csv', ARCHIVE, some(0.5).map(archived)),
    json(
      'trades.json',
      some(0.5).map((fill) => api(fill, isVague ? vague[random.integer(vague.length)] : {})),
    ),
    json(
      'activity.json',
      some(0.3).map((fill) => api(fill, { usdcSize: (usdU(fill) * 1.01) / 1e6 })),
    ),
    json(
      'gamma_old.json',
      listed.map((market) => gamma(market, false, isTurned(market, '502'))),
    ),
    json(
      'gamma_new.json',
      listed.slice(random.integer(2)).map((market) => gamma(market, true, market.id === '503')),
    ),
    csv('archive_markets.csv', ARCHIVE_MARKETS, listed.slice(0, 2).map(archivedMarket)),
    ...(contradicts ? contradictions(random, some) : []),
  ];
  const tokenless = [
    csv('processed.csv', PROCESSED, byPlace.map(processed)),
    csv(
      'named.csv',
      NAMED,
      some(0.4).flatMap((fill) => {
        const as = random.integer(12);
        return as % 3 === 2 && !/50[14]/.test(fill.market.id) ? [] : [named(fill, as)];
      }),
    ),
    json(
      'half.json',
      some(0.4).map((fill) =>
        api(fill, {
          ...(random.integer(2) === 0 ? {} : { asset: '' }),
          ...(random.integer(2) === 0 && /50[14]/.test(fill.market.id) ? {} : { outcomeIndex: 999 }),
        }),
      ),
    ),
  ];
  return [...sources, ...(leavesTokensOut ? tokenless : [])].filter(
    ({ rows }) => rows.length > 0 && random.integer(5) > 0,
  );
}
