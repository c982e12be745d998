/**
 * The evidence that a wallet may have known something: one column each of 14_wallet_red_flags, how it enters the score, and in
 * which words it is told. Directions are argued here and tested on backgrounds by `npm run bench -- red_flags`.
 */
import { plural } from '../run/words.ts';
import { type Column, optional } from '../tables/schema.ts';

export interface Evidence {
  readonly column: Column;
  /** Value as the score takes it, larger for what speaks for an insider; NaN where the tape does not tell. */
  readonly feature: (value: number) => number;
  /** A clause without capital and full stop. */
  readonly words: (value: number) => string;
}

const HOURS_NEVER = 10_000;
const USD_UNIT = 100;
const MARK_OUT_MAX = 0.5;
const VOLUME_PCT_MIN = 0.01;

const share = (percent: number): number => percent / 100;
const sooner = (hours: number): number => -Math.log10(Math.max(1, hours));
const longer = (days: number): number => Math.log10(1 + days);
const clipped = (gain: number): number => Math.max(-MARK_OUT_MAX, Math.min(MARK_OUT_MAX, gain));
const signedLog = (usd: number): number => Math.sign(usd) * Math.log10(1 + Math.abs(usd) / USD_UNIT);

const digits = (value: number, nMax: number): string => value.toLocaleString('en-US', { maximumFractionDigits: nMax });
/** To two or three figures. */
const short = (value: number): string => digits(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
const percent = (value: number): string => `${short(value)} %`;
const cents = (price: number): string => `${digits(Math.abs(100 * price), 0)} cents a share`;
const usd = (value: number): string => `$${digits(Math.abs(value), 0)}`;
const timeText = (hours: number): string =>
  hours < 48 ? `${short(hours)} ${plural('hour', hours)}` : `${short(hours / 24)} days`;

function evidence(
  [name, unit, meaning, kind]: readonly [string, string, string, Column['class']],
  feature: Evidence['feature'],
  words: Evidence['words'],
): Evidence {
  return { column: optional(name, 'float64', unit, meaning, kind), feature, words };
}

/**
 * Candidates. "The stake" is all that the wallet bought of one outcome, the one on which it spent most; "paid" is its mean
 * price.
 */
export const EVIDENCE: readonly Evidence[] = [
  evidence(
    ['stake_usd', 'USD', 'bought of that outcome, all purchases together', 'money'],
    (value) => Math.log10(value),
    (value) => `it put ${usd(value)} on one outcome`,
  ),
  evidence(
    ['entry_price', 'USD per share, 0..1', 'mean price paid', 'money'],
    (value) => 1 - value,
    (value) => `it paid ${cents(value)}`,
  ),
  evidence(
    [
      'age_at_stake_days',
      'days',
      'from its first fill to its first purchase of the stake; null where the tape cuts its tenure off',
      'behavioural',
    ],
    (value) => -longer(value),
    (value) => `it was ${timeText(24 * value)} old when it began to buy`,
  ),
  evidence(
    ['idle_before_days', 'days', 'from its fill before to that purchase; null when it was its first', 'behavioural'],
    longer,
    (value) => `it had not traded for ${timeText(24 * value)}`,
  ),
  evidence(
    ['market_share_pct', '0..100', 'share of all USD that it traded in that market', 'behavioural'],
    share,
    (value) => `${percent(value)} of its money went through one market`,
  ),
  evidence(
    ['stake_vs_past_pct', '0..100', 'stake against all that it had traded before and the stake', 'money'],
    share,
    (value) => `the stake was ${percent(value)} of all that it had traded by then`,
  ),
  evidence(
    ['stake_vs_volume_pct', '0..100', "stake against the market's volume strictly before it and the stake", 'money'],
    (value) => Math.log10(Math.max(VOLUME_PCT_MIN, value)),
    (value) => `the stake was ${percent(value)} of all that the market had traded by then`,
  ),
  evidence(
    ['market_profit_usd', 'USD', 'gain in that market, shares held at what they paid or at the last price', 'outcome'],
    signedLog,
    (value) => `it ${value < 0 ? 'lost' : 'gained'} ${usd(value)} in that market`,
  ),
  evidence(
    ['excess_price', 'USD per share', 'what the outcome paid minus the price paid; null while unresolved', 'outcome'],
    (value) => value,
    (value) => `the outcome paid ${cents(value)} ${value < 0 ? 'less' : 'more'} than its price`,
  ),
  evidence(
    ['markout_1h', 'USD per share', 'price an hour after its purchases minus the price paid, by USD', 'outcome'],
    clipped,
    (value) => `an hour later the price was ${cents(value)} ${value < 0 ? 'lower' : 'higher'}`,
  ),
  evidence(
    ['markout_24h', 'USD per share', 'the same a day after', 'outcome'],
    clipped,
    (value) => `a day later the price was ${cents(value)} ${value < 0 ? 'lower' : 'higher'}`,
  ),
  evidence(
    ['hours_to_resolution', 'hours', 'from its mean purchase to the resolution; null while unresolved', 'outcome'],
    sooner,
    (value) => `it bought ${timeText(value)} before the market resolved`,
  ),
  evidence(
    [
      'hours_to_move',
      'hours',
      'from its first purchase until the price had gone half of the way from paid to 1; null if it never did',
      'outcome',
    ],
    (value) => sooner(Number.isNaN(value) ? HOURS_NEVER : value),
    (value) =>
      Number.isNaN(value) ? 'the price never moved its way' : `the price moved its way ${timeText(value)} later`,
  ),
  evidence(
    [
      'kept_pct',
      '0..100',
      'share of the shares bought that it still held when the price had moved; where it never did, at T',
      'outcome',
    ],
    share,
    (value) => `it kept ${percent(value)} of its shares until the price moved, or to the end`,
  ),
  evidence(
    ['hedge_pct', '0..100', 'share of its purchases in that market on the other outcome', 'behavioural'],
    (value) => -share(value),
    (value) =>
      `${value === 0 ? 'it bought nothing' : `${percent(value)} of what it bought there was`} on the other outcome`,
  ),
  evidence(
    [
      'taker_pct',
      '0..100',
      'share of the stake bought as taker; null unless the tape has makers and takers',
      'behavioural',
    ],
    share,
    (value) => `it took ${percent(value)} of the stake from the offers of others`,
  ),
  evidence(
    ['n_twins', 'wallets', 'others whose first purchase of that outcome came within a minute', 'behavioural'],
    (value) => Math.log10(1 + value),
    (value) => `${short(value)} other ${plural('wallet', value)} bought the same within a minute`,
  ),
];
