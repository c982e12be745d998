/** Figures of a wallet as reasons that people can read: in words, with the value, and with how rare it is. */
import { plural } from '../../run/words.ts';
import { type Population, type Quantile, quantileOf } from './population.ts';

/** Share of wallets below which a figure is called neither high nor low. */
const RARE_SHARE_MIN = 0.5;

type Unit = 'usd' | 'percent' | 'points' | 'count' | 'days' | 'hours' | 'number';

interface Phrase {
  /** What the figure is, for headings and axes. */
  readonly name: string;
  readonly unit: Unit;
  /** A clause without capital and full stop. @param text the value with its unit, without its sign */
  readonly say: (text: string, value: number) => string;
  /** Words before the share of wallets with smaller, and with larger figures. */
  readonly more: string;
  readonly less: string;
}

function phrase(name: string, unit: Unit, say: Phrase['say'], more = 'more than', less = 'less than'): Phrase {
  return { name, unit, say, more, less };
}

/** Profile columns, and the quotients of them that are looked at, in words. */
const PHRASES: Readonly<Record<string, Phrase>> = {
  n_fills: phrase('bets', 'count', (v, n) => `it placed ${v} ${plural('bet', n)}`),
  tenure_days: phrase('age', 'days', (v) => `it has traded for ${v}`, 'longer than', 'not as long as'),
  aggression_avg_usd: phrase('average bet', 'usd', (v) => `its average bet is ${v}`),
  frequency_trades_daily: phrase('bets a day', 'number', (v) => `it places ${v} bets a day`),
  domain_focus_sports_pct: phrase('bets in sports', 'percent', (v) => `${v} of its bets are in sports`),
  domain_focus_politics_pct: phrase('bets in politics', 'percent', (v) => `${v} of its bets are in politics`),
  domain_focus_crypto_pct: phrase('bets in crypto', 'percent', (v) => `${v} of its bets are in crypto`),
  diversification_markets_count: phrase('markets', 'count', (v, n) => `it bet in ${v} ${plural('market', n)}`),
  total_invested: phrase('money invested', 'usd', (v) => `it bought shares for ${v}`),
  total_net_pnl: phrase(
    'profit',
    'usd',
    (v, value) => (value < 0 ? `it lost ${v}` : `it gained ${v}`),
    'better than',
    'worse than',
  ),
  wins: phrase('markets won', 'count', (v, n) => `it made money in ${v} ${plural('market', n)}`),
  unique_markets: phrase(
    'resolved markets',
    'count',
    (v, n) => `${v} of its markets ${n === 1 ? 'has' : 'have'} resolved`,
  ),
  win_rate_pct: phrase('win rate', 'percent', (v) => `it made money in ${v} of its resolved markets`),
  roi_pct: phrase(
    'return',
    'percent',
    (v, value) => (value < 0 ? `it lost ${v} of what it invested` : `it gained ${v} on what it invested`),
    'better than',
    'worse than',
  ),
  alpha_score: phrase(
    'return above the mean',
    'points',
    (v, value) => `its return is ${v} ${value < 0 ? 'below' : 'above'} the mean of all wallets`,
    'better than',
    'worse than',
  ),
  mark_age_days: phrase(
    'age of its prices',
    'days',
    (v) => `the oldest price that its shares are valued at is ${v} old`,
  ),
  avg_time_to_impact_hours: phrase(
    'time to bet',
    'hours',
    (v) => `it bets ${v} after a market opens, on average`,
    'later than',
    'earlier than',
  ),
  conviction_avg_buy_usd: phrase('average purchase', 'usd', (v) => `its average purchase is ${v}`),
  age_at_max_bet_days: phrase(
    'age at the largest bet',
    'days',
    (v) => `it placed its largest bet ${v} after its first`,
    'later than',
    'earlier than',
  ),
  max_bet_usd: phrase('largest bet', 'usd', (v) => `its largest bet is ${v}`),
  bet_size_cv: phrase('spread of bet sizes', 'number', (v) => `its bets vary in size by ${v} times their mean`),
  top_market_share_pct: phrase('money in one market', 'percent', (v) => `${v} of its money went through one market`),
  maker_share_pct: phrase('offers taken by others', 'percent', (v) => `${v} of its bets were offers that others took`),
  contrarian_share_pct: phrase(
    'purchases below 40 cents',
    'percent',
    (v) => `${v} of its purchases cost less than 40 cents a share`,
  ),
  active_days: phrase('active days', 'count', (v, n) => `it traded on ${v} ${plural('day', n)}`),
  hour_entropy: phrase(
    'spread over the hours',
    'number',
    (v) => `its bets spread over the hours of the day by ${v} bits (evenly: 4.58)`,
  ),
  burst_share_pct: phrase(
    'bets in bursts',
    'percent',
    (v) => `${v} of its bets came within a minute of the one before`,
  ),
  held_to_resolution_pct: phrase(
    'positions held to the end',
    'percent',
    (v) => `it held ${v} of its purchases until the market resolved`,
  ),
  edge_z: phrase(
    'wins beyond prices',
    'number',
    (v, value) => `it won ${value < 0 ? 'less' : 'more'} often than its prices promised, by ${v} standard deviations`,
    'better than',
    'worse than',
  ),
  max_bet_vs_market_volume_pct: phrase(
    'largest purchase against the market',
    'percent',
    (v, percent) =>
      `its largest purchase was ${percent < 1000 ? `${v} of` : `${short(percent / 100)} times`} what the market had traded before`,
  ),
  active_days_share_pct: phrase('active days for its age', 'percent', (v) => `it traded on ${v} of its days`),
  fills_per_market: phrase('bets per market', 'number', (v) => `it placed ${v} bets in each market, on average`),
  max_bet_over_mean: phrase(
    'largest bet against the mean',
    'number',
    (v) => `its largest bet is ${v} times its average one`,
  ),
};

function phraseOf(column: string): Phrase {
  const known = PHRASES[column];
  if (known === undefined) throw new Error(`assertion failed: no words for ${column}`);
  return known;
}

function digits(value: number, nDecimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: nDecimals, maximumFractionDigits: nDecimals });
}

/** A number to two or three figures, whole where it is large. */
function short(value: number): string {
  if (Number.isInteger(value) || value >= 100) return digits(Math.round(value), 0);
  return value >= 10 ? digits(value, 1) : value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
}

/** `96 %`; never 100 or 0 for what is not all or nothing. */
export function percentText(percent: number): string {
  const isRoundedAway = (percent < 100 && percent >= 99.5) || (percent > 0 && percent < 10);
  if (!isRoundedAway) return `${digits(Math.round(percent), 0)} %`;
  return percent < 10 ? `${short(percent)} %` : `${digits(Math.min(99.9, Math.floor(percent * 10) / 10), 1)} %`;
}

/** `$1,234`, `$12.34` or `$0.0012`; the sign before it. */
export function usdText(usd: number): string {
  const size = Math.abs(usd);
  const text = size >= 100 ? digits(Math.round(size), 0) : size >= 0.01 || size === 0 ? digits(size, 2) : short(size);
  return `${usd < 0 ? '−' : ''}$${text}`;
}

const IN_UNITS: Readonly<Record<Unit, (size: number) => string>> = {
  usd: usdText,
  percent: percentText,
  points: (size) => `${short(size)} percentage points`,
  count: (size) => digits(size, 0),
  days: (size) => `${short(size)} ${plural('day', size)}`,
  hours: (size) => `${short(size)} ${plural('hour', size)}`,
  number: short,
};

/** The share of wallets that a figure exceeds, or stays below, whichever is larger; rounded down. */
function rarity({ below, above }: Quantile, { more, less }: Phrase): string {
  const share = Math.max(below, above);
  if (share < RARE_SHARE_MIN) return ', as many wallets do';
  const percent = 100 * share;
  const text = percent < 99 ? String(Math.floor(percent)) : (Math.floor(10 * percent) / 10).toString();
  return `, ${below >= above ? more : less} ${text} % of wallets`;
}

/** What a column is, in a word or two. */
export function figureName(column: string): string {
  return phraseOf(column).name;
}

/**
 * A figure of a wallet as a clause: `96 % of its bets are in crypto, more than 99 % of wallets`.
 * @param column a profile column, or a quotient of some that PHRASES knows
 * @param value in the units of the profiles; NaN where it is not known
 * @param quantile where it lies among all wallets; null says nothing of it
 * @throws Error for a column without words
 */
export function reasonInWords(column: string, value: number, quantile: Quantile | null): string {
  const own = phraseOf(column);
  if (Number.isNaN(value)) return `${own.name}: not known`;
  return own.say(IN_UNITS[own.unit](Math.abs(value)), value) + (quantile === null ? '' : rarity(quantile, own));
}

/**
 * Some figures of a wallet in one line, `–` for none.
 * @param columns profile columns, the most telling first
 * @param row of the wallet among the profiles
 */
export function reasonsInWords(columns: readonly string[], row: number, population: Population): string {
  const clauses = columns.map((column) => {
    const values = population.values(column);
    return reasonInWords(column, values[row], quantileOf(values, values[row]));
  });
  return clauses.length === 0 ? '–' : clauses.join('; ');
}
