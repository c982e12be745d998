/** The options of 24 and what they mean together. */
import { ENTRY_OPTIONS, pickOptions } from '../profit/backtest_options.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import type { EdgeRule } from '../strategies/edges.ts';
import { recordHash } from './asked/record.ts';

const CENTS_PER_USD = 100;

export const FORECAST_OPTIONS = {
  ...inGroup('Forecasters', {
    'min-events': option.number(30, 'events that a correction of prices must have been seen in', integerMin(2)),
    z: option.number(1.64, 'standard errors that a correction must lie from 0', { from: 0, to: 10 }),
  }),
  ...inGroup('Costs', {
    'half-spread': {
      ...ENTRY_OPTIONS['half-spread'],
      describe: 'added to the price of a last trade, cents a share; a quote has its own spread',
    },
  }),
} as const;

export interface ForecastSettings {
  readonly edgeRule: EdgeRule;
  /** USD per share, added to the price of what would be bought. */
  readonly halfSpread: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** SHA-256 of what was recorded of asked forecasters; null where nobody was asked. */
  readonly recordHash: string | null;
}

export function forecastSettings(options: OptionValues<typeof FORECAST_OPTIONS>): ForecastSettings {
  return {
    edgeRule: { nEventsMin: options['min-events'], z: options.z },
    halfSpread: options['half-spread'] / CENTS_PER_USD,
    options: pickOptions(options, FORECAST_OPTIONS),
    recordHash: recordHash(options['data-dir']),
  };
}
