/**
 * The evidence that a wallet may have known something: how each column of 14_wallet_red_flags enters the score, and in which
 * words it is told. Directions are argued here and tested on backgrounds by `npm run bench -- red_flags`.
 */
import { plural } from '../run/words.ts';

export interface Evidence {
  /** Value as the score takes it, larger for what speaks for an insider; NaN where the tape does not tell. */
  readonly feature: (value: number) => number;
  /** A clause without capital and full stop. */
  readonly words: (value: number) => string;
}

const HOURS_NEVER = 10_000;
/** Profits far below this say little more than a gain or a loss. */
const USD_UNIT = 1_000;
/** Beyond these evidence adds nothing: soon is soon, and a bet that won at .10 is not better informed than one at .75. */
const MARK_OUT_MAX = 0.1;
const EXCESS_MAX = 0.2;
const RESOLUTION_HOURS_MIN = 48;
const MOVE_HOURS_MIN = 240;
const VOLUME_PCT_MIN = 0.01;

const share = (percent: number): number => percent / 100;
const sooner = (hours: number, leastHours: number): number => -Math.log10(Math.max(leastHours, hours));
const longer = (days: number): number => Math.log10(1 + days);
const clipped = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
const signedLog = (usd: number): number => Math.sign(usd) * Math.log10(1 + Math.abs(usd) / USD_UNIT);

const digits = (value: number, nMax: number): string => value.toLocaleString('en-US', { maximumFractionDigits: nMax });
/** To two or three figures. */
const short = (value: number): string => digits(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
const percent = (value: number): string => `${short(value)} %`;
const cents = (price: number): string => `${digits(Math.abs(100 * price), 0)} cents a share`;
const usd = (value: number): string => `$${digits(Math.abs(value), 0)}`;
const timeText = (hours: number): string =>
  hours < 48 ? `${short(hours)} ${plural('hour', hours)}` : `${short(hours / 24)} days`;

/** Candidates, by column. */
export const EVIDENCE: Readonly<Record<string, Evidence>> = {
  stake_usd: { feature: (value) => Math.log10(value), words: (value) => `it put ${usd(value)} on one outcome` },
  entry_price: { feature: (value) => 1 - value, words: (value) => `it paid ${cents(value)}` },
  age_at_stake_days: {
    feature: (value) => -longer(value),
    words: (value) => `it was ${timeText(24 * value)} old when it began to buy`,
  },
  idle_before_days: { feature: longer, words: (value) => `it had not traded for ${timeText(24 * value)}` },
  market_share_pct: { feature: share, words: (value) => `${percent(value)} of its money went through one market` },
  stake_vs_past_pct: {
    feature: share,
    words: (value) => `the stake was ${percent(value)} of all that it had traded by then`,
  },
  stake_vs_volume_pct: {
    feature: (value) => Math.log10(Math.max(VOLUME_PCT_MIN, value)),
    words: (value) => `the stake was ${percent(value)} of all that the market had traded by then`,
  },
  market_profit_usd: {
    feature: signedLog,
    words: (value) => `it ${value < 0 ? 'lost' : 'gained'} ${usd(value)} in that market`,
  },
  excess_price: {
    feature: (value) => clipped(value, EXCESS_MAX),
    words: (value) => `the outcome paid ${cents(value)} ${value < 0 ? 'less' : 'more'} than its price`,
  },
  markout_1h: {
    feature: (value) => clipped(value, MARK_OUT_MAX),
    words: (value) => `an hour later the price was ${cents(value)} ${value < 0 ? 'lower' : 'higher'}`,
  },
  markout_24h: {
    feature: (value) => clipped(value, MARK_OUT_MAX),
    words: (value) => `a day later the price was ${cents(value)} ${value < 0 ? 'lower' : 'higher'}`,
  },
  hours_to_resolution: {
    feature: (value) => sooner(value, RESOLUTION_HOURS_MIN),
    words: (value) => `it bought ${timeText(value)} before the market resolved`,
  },
  hours_to_move: {
    feature: (value) => sooner(Number.isNaN(value) ? HOURS_NEVER : value, MOVE_HOURS_MIN),
    words: (value) =>
      Number.isNaN(value) ? 'the price never moved its way' : `the price moved its way ${timeText(value)} later`,
  },
  kept_pct: {
    feature: share,
    words: (value) => `it kept ${percent(value)} of its shares until the price moved, or to the end`,
  },
  hedge_pct: {
    feature: (value) => -share(value),
    words: (value) =>
      `${value === 0 ? 'it bought nothing' : `${percent(value)} of what it bought there was`} on the other outcome`,
  },
  taker_pct: { feature: share, words: (value) => `it took ${percent(value)} of the stake from the offers of others` },
  n_twins: {
    feature: (value) => Math.log10(1 + value),
    words: (value) => `${short(value)} other ${plural('wallet', value)} bought the same within a minute`,
  },
};

export const EVIDENCE_NAMES = Object.keys(EVIDENCE);
