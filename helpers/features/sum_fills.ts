/**
 * The sums that wallet profiles are made of, in one pass over the fills of a span in plain arrays: a wallet, its position
 * and its market's volume are brought up to date fill by fill, where a query engine sorts and groups five times. What need
 * not be known of every position is summed by wallet: positions are half as many as fills, wallets a hundredth.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DataFrame, pl, type Series } from '../tables/polars.ts';
import { SQUARE_SPLIT } from './amounts.ts';
import { ExactSums } from './exact_sums.ts';

export const BURST_MS = 60_000;
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A BUY below this price goes against the crowd. */
const CONTRARIAN_PRICE = 0.4;

/** What a fill is, as bits. */
export const FLAGS = { buy: 1, maker: 2, taker: 4, roleKnown: 8 } as const;
/** The number of no wallet: Kalshi tells none. */
export const NOBODY = 0xffffffff;

/** Fills in the order of time, column by column. */
export interface FillColumns {
  /** ms since 1970 UTC. */
  readonly ms: Float64Array;
  readonly market: Uint32Array;
  /** 0 or 1. */
  readonly outcome: Uint8Array;
  /** Number of the wallet, or NOBODY. */
  readonly owner: Uint32Array;
  /** Sums of FLAGS. */
  readonly flags: Uint8Array;
  readonly price: Float64Array;
  /** Whole units of 1e-6 USD and 1e-6 shares. */
  readonly usd: Float64Array;
  readonly shares: Float64Array;
}

/** Domains whose fills are counted; a market may have another one. */
export const DOMAINS = ['sports', 'politics', 'crypto'] as const;
export const UNKNOWN_DOMAIN = 255;

/** What is known of markets, by their numbers. */
export interface MarketColumns {
  /** Place in DOMAINS, a larger number for any other domain, UNKNOWN_DOMAIN for none. */
  readonly domain: Uint8Array;
  /** ms since 1970 UTC; NaN where it is not known. */
  readonly createdMs: Float64Array;
}

/** Takers' volume of every market up to now; goes on from span to span. */
export class MarketVolumes {
  /** In 1e-6 USD. */
  private readonly sums: ExactSums;
  /** What the volume was when the latest millisecond of the market began, and that millisecond. */
  private readonly before: Float64Array;
  private readonly momentMs: Float64Array;

  constructor(nMarkets: number) {
    this.sums = new ExactSums(['volume_u'], nMarkets);
    this.before = new Float64Array(nMarkets);
    this.momentMs = new Float64Array(nMarkets).fill(-1);
  }

  /**
   * Goes on with fills.
   * @returns for each of them, takers' volume of its market strictly before its millisecond
   */
  follow({ ms, market, flags, usd }: FillColumns): Float64Array {
    const { sums, before, momentMs } = this;
    const result = new Float64Array(ms.length);
    for (let i = 0; i < ms.length; i++) {
      if (i > 0 && ms[i] < ms[i - 1]) throw new Error('assertion failed: fills are not in the order of time');
      const own = market[i];
      if (momentMs[own] !== ms[i]) {
        momentMs[own] = ms[i];
        before[own] = sums.total(own);
      }
      result[i] = before[own];
      if ((flags[i] & FLAGS.taker) !== 0) sums.add(own, usd[i]);
    }
    return result;
  }

  /** Adds int64 sums of other spans. */
  addSums(markets: Uint32Array, usd: BigInt64Array): void {
    const half = 2 ** 26;
    markets.forEach((market, i) => {
      this.sums.addProduct(market, Number(usd[i] / BigInt(half)), half);
      this.sums.add(market, Number(usd[i] % BigInt(half)));
    });
  }
}

/** What came of the fills of a span; wallets, and the positions of each, are in the order of their numbers. */
export interface FillSums {
  /** One row per wallet: WALLET_SUMS, HOURS, `max_bet_share`. */
  readonly wallets: DataFrame;
  /** `owner`, `market`, `outcome_index` and POSITION_SUMS: one row per wallet, market and outcome. */
  readonly positions: DataFrame;
  /** Rows of positions up to and with each wallet. */
  readonly positionEnds: Uint32Array;
  /** `market`, `outcome_index`, `last_price`, `last_ms`: one row per outcome that traded. */
  readonly lastPrices: DataFrame;
}

/**
 * One pass after the other, each over little memory: all at once takes three times as long. Between two passes others have
 * their turn, such as who reads the next fills.
 * @param nWallets all numbers of wallets are below
 * @param volumes goes on with these fills
 * @throws Error when fills are not in the order of time
 */
export async function sumFills(
  fills: FillColumns,
  nWallets: number,
  markets: MarketColumns,
  volumes: MarketVolumes,
): Promise<FillSums> {
  const volumeBefore = volumes.follow(fills);
  const prices = lastPrices(fills, markets.domain.length);
  await nextTurn();
  const wallets = walletSums(fills, nWallets, markets, volumeBefore);
  await nextTurn();
  const numbers = numberPositions(fills);
  await nextTurn();
  return { wallets, ...positionSums(fills, nWallets, numbers), lastPrices: prices };
}

/** Whole numbers by wallet that add up over spans; `dated_ms` and `created_ms` are Σ over fills of markets of known age. */
export const WALLET_SUMS = [
  'n_fills',
  'n_buys',
  'n_contrarian',
  'n_maker',
  'n_role',
  'square_hh',
  'square_hl',
  'square_ll',
  ...DOMAINS.map((domain) => `n_${domain}` as const),
  'n_domain',
  'n_dated',
  'dated_ms',
  'created_ms',
  'n_burst',
  'n_days',
] as const;
const WALLET_COLUMNS = [...WALLET_SUMS, 'max_usd_u', 'first_ms', 'last_ms'] as const;
/** Columns with the fills in each hour of the day, UTC. */
export const HOURS = Array.from({ length: 24 }, (_, hour) => `hour_${hour}`);

const inWallet = (name: (typeof WALLET_COLUMNS)[number]): number => WALLET_COLUMNS.indexOf(name);
const N_FILLS = inWallet('n_fills');
const N_BUYS = inWallet('n_buys');
const N_CONTRARIAN = inWallet('n_contrarian');
const N_MAKER = inWallet('n_maker');
const N_ROLE = inWallet('n_role');
const SQUARE_HH = inWallet('square_hh');
const SQUARE_HL = inWallet('square_hl');
const SQUARE_LL = inWallet('square_ll');
const N_FIRST_DOMAIN = inWallet('n_sports');
const N_DOMAIN = inWallet('n_domain');
const N_DATED = inWallet('n_dated');
const DATED_MS = inWallet('dated_ms');
const CREATED_MS = inWallet('created_ms');
const N_BURST = inWallet('n_burst');
const N_DAYS = inWallet('n_days');
const MAX_USD = inWallet('max_usd_u');
const FIRST_MS = inWallet('first_ms');
const LAST_MS = inWallet('last_ms');

function walletSums(
  { ms, market, owner, flags, price, usd }: FillColumns,
  nWallets: number,
  { domain, createdMs }: MarketColumns,
  volumeBefore: Float64Array,
): DataFrame {
  const sums = new ExactSums(WALLET_COLUMNS, nWallets);
  const { values } = sums;
  const byHour = new Uint32Array(nWallets * HOURS.length);
  const maxShare = new Float64Array(nWallets).fill(Number.NaN);
  let [dayMs, hour, nextHourMs] = [0, 0, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < ms.length; i++) {
    const wallet = owner[i];
    if (wallet === NOBODY) continue;
    const base = wallet * WALLET_COLUMNS.length;
    if (ms[i] >= nextHourMs) {
      dayMs = Math.floor(ms[i] / DAY_MS) * DAY_MS;
      hour = Math.floor((ms[i] - dayMs) / HOUR_MS);
      nextHourMs = dayMs + (hour + 1) * HOUR_MS;
    }
    byHour[wallet * HOURS.length + hour]++;
    if (values[base + N_FILLS]++ === 0) {
      values[base + FIRST_MS] = ms[i];
      values[base + N_DAYS] = 1;
    } else {
      const previousMs = values[base + LAST_MS];
      if (ms[i] - previousMs <= BURST_MS) values[base + N_BURST]++;
      if (previousMs < dayMs) values[base + N_DAYS]++;
    }
    values[base + LAST_MS] = ms[i];
    if ((flags[i] & FLAGS.maker) !== 0) values[base + N_MAKER]++;
    if ((flags[i] & FLAGS.roleKnown) !== 0) values[base + N_ROLE]++;
    if (usd[i] > values[base + MAX_USD]) values[base + MAX_USD] = usd[i];
    const high = Math.floor(usd[i] / SQUARE_SPLIT);
    const low = usd[i] - high * SQUARE_SPLIT;
    sums.addProduct(base + SQUARE_HH, high, high);
    sums.addProduct(base + SQUARE_HL, high, low);
    sums.addProduct(base + SQUARE_LL, low, low);
    const ownDomain = domain[market[i]];
    if (ownDomain !== UNKNOWN_DOMAIN) values[base + N_DOMAIN]++;
    if (ownDomain < DOMAINS.length) values[base + N_FIRST_DOMAIN + ownDomain]++;
    const created = createdMs[market[i]];
    if (created >= 0) {
      values[base + N_DATED]++;
      sums.add(base + DATED_MS, ms[i]);
      sums.add(base + CREATED_MS, created);
    }
    if ((flags[i] & FLAGS.buy) === 0) continue;
    values[base + N_BUYS]++;
    if (price[i] < CONTRARIAN_PRICE) values[base + N_CONTRARIAN]++;
    if (volumeBefore[i] <= 0) continue;
    const share = (usd[i] / volumeBefore[i]) * 100;
    if (!(share <= maxShare[wallet])) maxShare[wallet] = share;
  }
  const hours = HOURS.map((name, at) => {
    const counts = new Uint32Array(nWallets);
    for (let wallet = 0; wallet < nWallets; wallet++) counts[wallet] = byHour[wallet * HOURS.length + at];
    return pl.Series(name, counts);
  });
  return pl
    .DataFrame([...sums.columns(), ...hours, pl.Series('max_bet_share', maxShare)])
    .withColumns(pl.col('max_bet_share').fillNan(pl.lit(null)));
}

/** What must be known of every position, to value it. */
const POSITION_SUMS = ['usd_u', 'buy_usd_u', 'shares_u', 'buy_shares_u'] as const;
const [USD, BUY_USD, SHARES, BUY_SHARES] = POSITION_SUMS.keys();

/** The position of every fill that is a wallet's. */
function numberPositions({ market, outcome, owner }: FillColumns): { numbers: PositionNumbers; numberOf: Uint32Array } {
  const numbers = new PositionNumbers(owner.length);
  const numberOf = new Uint32Array(owner.length);
  for (let i = 0; i < owner.length; i++)
    if (owner[i] !== NOBODY) numberOf[i] = numbers.of(owner[i], 2 * market[i] + outcome[i]);
  return { numbers, numberOf };
}

function positionSums(
  { owner, flags, usd, shares }: FillColumns,
  nWallets: number,
  { numbers, numberOf }: ReturnType<typeof numberPositions>,
): Pick<FillSums, 'positions' | 'positionEnds'> {
  const { places, ends } = numbers.byOwner(nWallets);
  const sums = new ExactSums(POSITION_SUMS, numbers.n);
  for (let i = 0; i < owner.length; i++) {
    if (owner[i] === NOBODY) continue;
    const base = places[numberOf[i]] * POSITION_SUMS.length;
    sums.add(base + USD, usd[i]);
    sums.add(base + SHARES, shares[i]);
    if ((flags[i] & FLAGS.buy) === 0) continue;
    sums.add(base + BUY_USD, usd[i]);
    sums.add(base + BUY_SHARES, shares[i]);
  }
  return { positions: pl.DataFrame([...numbers.keys(places), ...sums.columns()]), positionEnds: ends };
}

/** Numbers for positions in the order in which they are met, in an open hash table. */
class PositionNumbers {
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly owners: Uint32Array;
  /** 2 · market + outcome. */
  private readonly outcomes: Uint32Array;
  n = 0;

  /** @param nMax positions at most; memory comes page by page as they are met */
  constructor(nMax: number) {
    const nSlots = 2 ** Math.ceil(Math.log2(2 * nMax + 1));
    this.slots = new Int32Array(nSlots).fill(-1);
    this.mask = nSlots - 1;
    this.owners = new Uint32Array(nMax);
    this.outcomes = new Uint32Array(nMax);
  }

  of(owner: number, outcome: number): number {
    const { slots, mask, owners, outcomes } = this;
    let hash = Math.imul(owner, 0x9e3779b1) ^ Math.imul(outcome, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot];
      if (row < 0) {
        slots[slot] = this.n;
        owners[this.n] = owner;
        outcomes[this.n] = outcome;
        return this.n++;
      }
      if (owners[row] === owner && outcomes[row] === outcome) return row;
    }
  }

  /** Places of the positions when they are ordered by wallet, and how many there are up to and with each wallet. */
  byOwner(nWallets: number): { places: Uint32Array; ends: Uint32Array } {
    const { n, owners } = this;
    const ends = new Uint32Array(nWallets);
    for (let number = 0; number < n; number++) ends[owners[number]]++;
    for (let wallet = 1; wallet < nWallets; wallet++) ends[wallet] += ends[wallet - 1];
    const next = ends.slice();
    const places = new Uint32Array(n);
    for (let number = n - 1; number >= 0; number--) places[number] = --next[owners[number]];
    return { places, ends };
  }

  /** `owner`, `market` and `outcome_index`, each position in its place. */
  keys(places: Uint32Array): Series[] {
    const [owner, market] = [new Uint32Array(this.n), new Uint32Array(this.n)];
    const outcome = new Uint8Array(this.n);
    for (let number = 0; number < this.n; number++) {
      owner[places[number]] = this.owners[number];
      market[places[number]] = this.outcomes[number] >>> 1;
      outcome[places[number]] = this.outcomes[number] & 1;
    }
    return [pl.Series('owner', owner), pl.Series('market', market), pl.Series('outcome_index', outcome)];
  }
}

function lastPrices({ ms, market, outcome, price }: FillColumns, nMarkets: number): DataFrame {
  const priceOf = new Float64Array(2 * nMarkets);
  const msOf = new Float64Array(2 * nMarkets).fill(-1);
  for (let i = 0; i < ms.length; i++) {
    const place = 2 * market[i] + outcome[i];
    priceOf[place] = price[i];
    msOf[place] = ms[i];
  }
  const places = Uint32Array.from(msOf.keys()).filter((place) => msOf[place] >= 0);
  return pl
    .DataFrame([
      pl.Series(
        'market',
        places.map((place) => place >>> 1),
      ),
      pl.Series(
        'outcome_index',
        Uint8Array.from(places, (place) => place & 1),
      ),
      pl.Series(
        'last_price',
        Float64Array.from(places, (place) => priceOf[place]),
      ),
      pl.Series(
        'last_ms',
        Float64Array.from(places, (place) => msOf[place]),
      ),
    ])
    .withColumns(pl.col('last_ms').cast(pl.Int64));
}
