/** What is known of wallets after one pass over fills: sums, how they lie in time, and the boldest bet. */
import { where } from '../../polars/expressions.ts';
import { pl, type Series } from '../../polars/polars.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { SQUARE_SPLIT } from '../amounts.ts';
import { ExactSums, grown } from '../exact_sums.ts';
import {
  BURST_MS,
  DOMAINS,
  type FillColumns,
  FLAGS,
  type MarketColumns,
  NOBODY,
  UNKNOWN_DOMAIN,
} from './fill_columns.ts';

/** A BUY below this price goes against the crowd. */
const CONTRARIAN_PRICE = 0.4;

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
const WALLET_COLUMNS = [...WALLET_SUMS, 'max_usd_u', 'max_ms', 'first_ms', 'last_ms'] as const;
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
/** Time of the largest fill, the first of several. */
const MAX_MS = inWallet('max_ms');
const FIRST_MS = inWallet('first_ms');
const LAST_MS = inWallet('last_ms');

/** Sums of fills by wallet. */
export class WalletTable {
  private readonly sums = new ExactSums(WALLET_COLUMNS);
  /** Fills by wallet and hour of the day. */
  private byHour = new Uint32Array(0);
  /** Largest BUY against the volume before it, %; 0 for none. */
  private maxShare = new Float64Array(0);

  /**
   * @param nWallets all numbers of wallets are below
   * @param volumeBefore of each fill, see MarketVolumes
   */
  add(
    { ms, market, walletCode, flags, price, usd }: FillColumns,
    nWallets: number,
    { domain, createdMs }: MarketColumns,
    volumeBefore: Float64Array,
  ): void {
    const { sums } = this;
    sums.makeRoom(nWallets);
    this.byHour = grown(this.byHour, sums.nRows * HOURS.length);
    this.maxShare = grown(this.maxShare, sums.nRows);
    const { values } = sums;
    const { byHour, maxShare } = this;
    let [dayMs, hour, nextHourMs] = [0, 0, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < ms.length; i++) {
      const wallet = walletCode[i];
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
        values[base + MAX_MS] = ms[i];
        values[base + N_DAYS] = 1;
      } else {
        const previousMs = values[base + LAST_MS];
        if (ms[i] - previousMs <= BURST_MS) values[base + N_BURST]++;
        if (previousMs < dayMs) values[base + N_DAYS]++;
      }
      values[base + LAST_MS] = ms[i];
      if ((flags[i] & FLAGS.maker) !== 0) values[base + N_MAKER]++;
      if ((flags[i] & FLAGS.roleKnown) !== 0) values[base + N_ROLE]++;
      if (usd[i] > values[base + MAX_USD]) {
        values[base + MAX_USD] = usd[i];
        values[base + MAX_MS] = ms[i];
      }
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
      if (share > maxShare[wallet]) maxShare[wallet] = share;
    }
  }

  /** Numbers of the wallets that have traded, ascending. */
  traders(): Uint32Array {
    const { nRows, values } = this.sums;
    const width = WALLET_COLUMNS.length;
    let n = 0;
    for (let wallet = 0; wallet < nRows; wallet++) if (values[wallet * width + N_FILLS] > 0) n++;
    const result = new Uint32Array(n);
    for (let wallet = 0, i = 0; wallet < nRows; wallet++)
      if (values[wallet * width + N_FILLS] > 0) result[i++] = wallet;
    return result;
  }

  /** WALLET_SUMS, `max_usd_u`, `max_ms`, `first_ms`, `last_ms`, HOURS and `max_bet_share` (null for none), one row for each of `wallets`. */
  columns(wallets: Uint32Array): Series[] {
    const hours = HOURS.map((name, hour) =>
      pl.Series(
        name,
        wallets.map((wallet) => this.byHour[wallet * HOURS.length + hour]),
      ),
    );
    const shares = pl.DataFrame([
      pl.Series(
        'share',
        Float64Array.from(wallets, (wallet) => this.maxShare[wallet]),
      ),
    ]);
    const share = pl.col('share');
    const orNull = where(share.gt(pl.lit(0)), share, pl.lit(null)).alias('max_bet_share');
    return [...this.sums.columns(wallets), ...hours, shares.select(orNull).getColumn('max_bet_share')];
  }
}
