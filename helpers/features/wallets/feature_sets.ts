/** Named sets of profile columns, so that every model says which it uses. */
import type { ColumnClass } from '../../tables/schema.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';

/** The 13 columns of the production anomaly model, in its published order. */
export const ANOMALY_FEATURES: readonly string[] = [
  'tenure_days',
  'aggression_avg_usd',
  'frequency_trades_daily',
  'domain_focus_sports_pct',
  'domain_focus_politics_pct',
  'domain_focus_crypto_pct',
  'diversification_markets_count',
  'total_invested',
  'wins',
  'unique_markets',
  'avg_time_to_impact_hours',
  'conviction_avg_buy_usd',
  'win_rate_pct',
];

/** The 7 columns of the plain K-Means baseline. */
export const BASELINE_FEATURES: readonly string[] = [
  'tenure_days',
  'aggression_avg_usd',
  'frequency_trades_daily',
  'diversification_markets_count',
  'total_invested',
  'conviction_avg_buy_usd',
  'win_rate_pct',
];

/** Profile columns of some classes, in the order of the table. */
export function featuresOfClass(...classes: readonly ColumnClass[]): string[] {
  return WALLET_PROFILES.columns.filter((column) => classes.includes(column.class)).map((column) => column.name);
}

/** Units whose columns span orders of magnitude and are looked at on a logarithmic scale. */
const LOG_UNITS: ReadonlySet<string> = new Set(['USD', 'fills', 'fills/day', 'markets', 'days', 'hours', '%']);

/** Whether a profile column is heavy-tailed by its unit. */
export function isHeavyTailed(name: string): boolean {
  const column = WALLET_PROFILES.columns.find((c) => c.name === name);
  return column !== undefined && LOG_UNITS.has(column.unit);
}
