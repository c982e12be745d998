/**
 * What positions come to at a timestamp: each is worth what its outcome paid, or its mark while that is open; the two
 * outcomes of a market make the wallet's profit there, and its markets add up. Plain arrays, wallet by wallet, where a query
 * engine joins twice and groups twice.
 */
import type { DataFrame, Series } from '../../polars/polars.ts';
import { roundHalfToEven } from '../amounts.ts';
import { countingSort } from '../counting_sort.ts';
import { addBet, BET_SUMS } from '../edge.ts';
import { ExactSums, grown } from '../exact_sums.ts';
import { MarketMarks } from '../market_marks.ts';
import { settlementsOf, winnerOf } from '../settlement.ts';
import { marketOf, outcomeOf } from './fill_columns.ts';
import { numberMarkets, withMarketNumbers } from './market_numbers.ts';
import { POSITION_KEYS, POSITION_SUMS, type Positions } from './position_table.ts';

const [WALLET_CODE, TOKEN] = POSITION_KEYS.keys();
const [USD_SUM, BUY_USD_SUM, SHARES_SUM, BUY_SHARES_SUM] = POSITION_SUMS.keys();
const N_SUMS = POSITION_SUMS.length;
const PAIR = 2 * N_SUMS;

/** What a share of outcome 0 is worth at a timestamp, by the numbers of markets; one of outcome 1 is worth the rest of a dollar. */
export interface OutcomeValues {
  /** What it was paid; NaN while that is not known. */
  readonly payout0: Float64Array;
  /** Its price in the market's last trade; NaN where it never traded. */
  readonly price0: Float64Array;
  /** Time of that trade, ms. */
  readonly markMs: Float64Array;
}

/**
 * Settlements that may be known at T, and marks.
 * @param markets 10_markets
 * @param marks frames of MarketMarks, of spans in the order of time
 * @param asOfMs T; what resolved at it or later is not known
 */
export function outcomeValues(markets: DataFrame, marks: readonly DataFrame[], asOfMs: number): OutcomeValues {
  const numbers = numberMarkets(markets);
  const { payout0: payouts, resolvedMs } = settlementsOf(markets);
  const payout0 = new Float64Array(numbers.height).fill(Number.NaN);
  const places = withMarketNumbers(markets.select('market_id'), numbers).getColumn('market');
  (places.toTypedArray() as Uint32Array).forEach((market, i) => {
    if (resolvedMs[i] < asOfMs) payout0[market] = payouts[i];
  });
  const last = new MarketMarks(numbers.height);
  for (const span of marks) last.take(span);
  return { payout0, price0: last.price0, markMs: last.ms };
}

/**
 * What a wallet's positions come to: USD in whole units of 1e-6, counts, BET_SUMS, and the most that went through one market.
 * `n_bought` are positions in settled markets of which something was bought, `n_held` those of them that were held to the end;
 * bets are those of them whose market has a winner.
 */
const VALUE_COLUMNS = [
  'usd_u',
  'buy_usd_u',
  'pnl_u',
  'n_marked',
  'oldest_mark_ms',
  ...BET_SUMS,
  'n_bought',
  'n_held',
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
const OLDEST_MARK_MS = at('oldest_mark_ms');
const FIRST_OF_BETS = at(BET_SUMS[0]);
const N_BOUGHT = at('n_bought');
const N_HELD = at('n_held');
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
 * @param places for each span, which wallet stands behind a `wallet_code`: a number below `nWallets`
 */
export function valueByWallet(
  spans: readonly Positions[],
  places: readonly Uint32Array[],
  nWallets: number,
  values: OutcomeValues,
): Series[] {
  const orders = spans.map(({ keys }, i) => countingSort(ownersOf(keys, places[i]), nWallets));
  const result = new ExactSums(VALUE_COLUMNS, nWallets);
  const holdings = new Holdings(values.payout0.length);
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
  const walletCodes = new Uint32Array(keys.length / POSITION_KEYS.length);
  for (let row = 0; row < walletCodes.length; row++)
    walletCodes[row] = places[keys[POSITION_KEYS.length * row + WALLET_CODE]];
  return walletCodes;
}

function addMarket(result: ExactSums, base: number, holdings: Holdings, place: number, values: OutcomeValues): void {
  const counts = result.values;
  const { sums } = holdings;
  const market = holdings.markets[place];
  const payout0 = values.payout0[market];
  const isSettled = !Number.isNaN(payout0);
  const worth0 = isSettled ? payout0 : values.price0[market];
  const winner = winnerOf(payout0);
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
    addBet(result, base + FIRST_OF_BETS, winner, outcome, buyUsd, buyShares);
    if (isSettled && buyShares > 0) {
      counts[base + N_BOUGHT]++;
      if (net > 0) counts[base + N_HELD]++;
    }
    if (net === 0) continue;
    // Without any trade at a price above 0 the shares count for nothing.
    if (!Number.isNaN(worth0)) pnl += roundHalfToEven(net * (outcome === 0 ? worth0 : 1 - worth0));
    if (!isSettled) addMark(counts, base, values.markMs[market]);
  }
  result.addSigned(base + PNL, pnl);
  counts[base + N_MARKETS]++;
  if (isSettled) counts[base + N_RESOLVED]++;
  if (isSettled && pnl > 0) counts[base + N_WON]++;
  if (usdInMarket > counts[base + TOP_USD]) counts[base + TOP_USD] = usdInMarket;
}

function addMark(counts: Float64Array, base: number, markMs: number): void {
  counts[base + N_MARKED]++;
  const oldestMs = counts[base + OLDEST_MARK_MS];
  if (markMs > 0 && (oldestMs === 0 || markMs < oldestMs)) counts[base + OLDEST_MARK_MS] = markMs;
}
