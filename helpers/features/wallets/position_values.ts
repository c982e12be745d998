/**
 * What positions come to at a moment: each is worth what its outcome paid, or its last price while that is open; the two
 * outcomes of a market make the wallet's profit there, and its markets add up. Plain arrays, wallet by wallet, where a query
 * engine joins twice and groups twice.
 */
import { type DataFrame, pl, type Series } from '../../polars/polars.ts';
import { roundHalfToEven } from '../amounts.ts';
import { countingSort } from '../counting_sort.ts';
import { addBet, BET_SUMS } from '../edge.ts';
import { ExactSums, grown } from '../exact_sums.ts';
import { marketOf, outcomeOf, tokenOf } from './fill_columns.ts';
import { numberMarkets, withMarketNumbers } from './market_numbers.ts';
import { POSITION_KEYS, POSITION_SUMS, type Positions } from './position_table.ts';

const [OWNER, TOKEN] = POSITION_KEYS.keys();
const [USD_SUM, BUY_USD_SUM, SHARES_SUM, BUY_SHARES_SUM] = POSITION_SUMS.keys();
const N_SUMS = POSITION_SUMS.length;
const PAIR = 2 * N_SUMS;

/** What outcomes are worth at a moment, by the numbers of markets. */
export interface OutcomeValues {
  /** 0 or 1; -1 where none is known. */
  readonly winner: Int8Array;
  /** By tokenOf; NaN where it never traded. */
  readonly lastPrice: Float64Array;
}

/**
 * Winners that may be known at T, and last prices.
 * @param markets 10_markets
 * @param lastPrices `market`, `outcome_index` and `last_price`, of spans in the order of time
 * @param asOfMs T; what resolved at it or later is not known
 */
export function outcomeValues(markets: DataFrame, lastPrices: readonly DataFrame[], asOfMs: number): OutcomeValues {
  const numbers = numberMarkets(markets);
  const isKnown = pl.col('resolved_ms').lt(pl.lit(asOfMs).cast(pl.Int64)).and(pl.col('winner_index').isNotNull());
  const resolved = withMarketNumbers(markets.filter(isKnown).select('market_id', 'winner_index'), numbers);
  const winner = new Int8Array(numbers.height).fill(-1);
  const winners = resolved.getColumn('winner_index').cast(pl.Int32).toTypedArray() as Int32Array;
  (resolved.getColumn('market').toTypedArray() as Uint32Array).forEach((market, i) => {
    winner[market] = winners[i];
  });
  const lastPrice = new Float64Array(2 * numbers.height).fill(Number.NaN);
  for (const span of lastPrices) {
    const outcome = span.getColumn('outcome_index').toTypedArray() as Uint8Array;
    const price = span.getColumn('last_price').toTypedArray() as Float64Array;
    (span.getColumn('market').toTypedArray() as Uint32Array).forEach((market, i) => {
      lastPrice[tokenOf(market, outcome[i])] = price[i];
    });
  }
  return { winner, lastPrice };
}

/** What a wallet's positions come to: USD in whole units of 1e-6, counts, BET_SUMS, and the most that went through one market. */
const VALUE_COLUMNS = [
  'usd_u',
  'buy_usd_u',
  'pnl_u',
  'n_marked',
  ...BET_SUMS,
  'n_bets_held',
  'n_resolved',
  'n_won',
  'n_markets',
  'top_usd_u',
] as const;
const at = (name: (typeof VALUE_COLUMNS)[number]): number => VALUE_COLUMNS.indexOf(name);
const USD = at('usd_u');
const BUY_USD = at('buy_usd_u');
const PNL = at('pnl_u');
const N_MARKED = at('n_marked');
const FIRST_OF_BETS = at(BET_SUMS[0]);
const N_BETS_HELD = at('n_bets_held');
const N_RESOLVED = at('n_resolved');
const N_WON = at('n_won');
const N_MARKETS = at('n_markets');
const TOP_USD = at('top_usd_u');

/** The positions of one wallet, both outcomes of a market side by side. */
class Holdings {
  /** Markets with a position. */
  n = 0;
  /** The first `n` are those markets, in the order in which they were met. */
  readonly markets: Uint32Array;
  /** POSITION_SUMS of outcome 0 and of outcome 1, market after market. */
  sums = new Float64Array(0);
  private readonly placeOf: Uint32Array;

  constructor(nMarkets: number) {
    this.markets = new Uint32Array(nMarkets);
    this.placeOf = new Uint32Array(nMarkets);
  }

  clear(): void {
    this.sums.fill(0, 0, PAIR * this.n);
    this.n = 0;
  }

  /** Adds the positions that are in `rows` from `start` to `end`. */
  add({ keys, sums: added }: Positions, rows: Uint32Array, start: number, end: number): void {
    this.sums = grown(this.sums, PAIR * (this.n + end - start));
    const { markets, sums, placeOf } = this;
    let n = this.n;
    for (let i = start; i < end; i++) {
      const token = keys[POSITION_KEYS.length * rows[i] + TOKEN];
      const market = marketOf(token);
      let place = placeOf[market];
      if (place >= n || markets[place] !== market) {
        place = n++;
        placeOf[market] = place;
        markets[place] = market;
      }
      const to = PAIR * place + N_SUMS * outcomeOf(token);
      const from = N_SUMS * rows[i];
      sums[to + USD_SUM] += added[from + USD_SUM];
      sums[to + BUY_USD_SUM] += added[from + BUY_USD_SUM];
      sums[to + SHARES_SUM] += added[from + SHARES_SUM];
      sums[to + BUY_SHARES_SUM] += added[from + BUY_SHARES_SUM];
    }
    this.n = n;
  }
}

/**
 * VALUE_COLUMNS of wallets, as int64; row i is wallet i.
 * @param spans positions that add up where they are the same
 * @param places for each span, which wallet stands behind an `owner`: a number below `nWallets`
 * @throws Error when a position that is open has no last price
 */
export function valueByWallet(
  spans: readonly Positions[],
  places: readonly Uint32Array[],
  nWallets: number,
  values: OutcomeValues,
): Series[] {
  const orders = spans.map(({ keys }, i) => countingSort(ownersOf(keys, places[i]), nWallets));
  const result = new ExactSums(VALUE_COLUMNS, nWallets);
  const holdings = new Holdings(values.winner.length);
  for (let wallet = 0; wallet < nWallets; wallet++) {
    holdings.clear();
    for (let i = 0; i < orders.length; i++) {
      const { rows, starts } = orders[i];
      if (starts[wallet] < starts[wallet + 1]) holdings.add(spans[i], rows, starts[wallet], starts[wallet + 1]);
    }
    const base = wallet * VALUE_COLUMNS.length;
    for (let place = 0; place < holdings.n; place++) addMarket(result, base, holdings, place, values);
  }
  return result.columns(Uint32Array.from({ length: nWallets }, (_, wallet) => wallet));
}

function ownersOf(keys: Uint32Array, places: Uint32Array): Uint32Array {
  const owners = new Uint32Array(keys.length / POSITION_KEYS.length);
  for (let row = 0; row < owners.length; row++) owners[row] = places[keys[POSITION_KEYS.length * row + OWNER]];
  return owners;
}

function addMarket(result: ExactSums, base: number, holdings: Holdings, place: number, values: OutcomeValues): void {
  const counts = result.values;
  const { sums } = holdings;
  const market = holdings.markets[place];
  const winner = values.winner[market];
  let usdInMarket = 0;
  let pnl = 0;
  for (let outcome = 0; outcome < 2; outcome++) {
    const from = PAIR * place + N_SUMS * outcome;
    const usd = sums[from + USD_SUM];
    const buyUsd = sums[from + BUY_USD_SUM];
    const buyShares = sums[from + BUY_SHARES_SUM];
    const net = 2 * buyShares - sums[from + SHARES_SUM];
    usdInMarket += usd;
    pnl += usd - 2 * buyUsd;
    result.add(base + USD, usd);
    result.add(base + BUY_USD, buyUsd);
    const isBet = addBet(result, base + FIRST_OF_BETS, winner, outcome, buyUsd, buyShares);
    if (isBet && net > 0) counts[base + N_BETS_HELD]++;
    if (winner === outcome) pnl += net;
    else if (winner < 0 && net !== 0) {
      const lastPrice = values.lastPrice[tokenOf(market, outcome)];
      if (Number.isNaN(lastPrice))
        throw new Error(`assertion failed: outcome ${outcome} of market ${market} has no price`);
      pnl += roundHalfToEven(net * lastPrice);
      counts[base + N_MARKED]++;
    }
  }
  result.addSigned(base + PNL, pnl);
  counts[base + N_MARKETS]++;
  if (winner >= 0) counts[base + N_RESOLVED]++;
  if (winner >= 0 && pnl > 0) counts[base + N_WON]++;
  if (usdInMarket > counts[base + TOP_USD]) counts[base + TOP_USD] = usdInMarket;
}
