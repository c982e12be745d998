/** The form that every forecaster has: a market, what else is known, and the time that is looked from; nothing later may be used. */
import { RECORDED_KINDS, STRATEGY_KINDS } from '../strategies/watchers.ts';
import type { Forecast } from './forecast.ts';
import type { ToldStrike } from './weather/brackets.ts';

/** Forecasters that are asked about open markets. */
export const ASKED_FORECASTERS = RECORDED_KINDS;
export type AskedForecaster = (typeof ASKED_FORECASTERS)[number];

/** All of them: what trades tell, and what others are asked. */
export const FORECASTERS = [...STRATEGY_KINDS, ...ASKED_FORECASTERS] as const;
export type ForecasterName = (typeof FORECASTERS)[number];

/** A market as its venue describes it. */
export interface AskedMarket {
  readonly ticker: string;
  readonly event: string;
  readonly series: string;
  readonly question: string;
  /** What it is settled by, word for word. */
  readonly rules: string;
  readonly closesMs: number;
  readonly strike: ToldStrike;
}

export interface ForecastContext {
  /** All markets of its event, itself among them. */
  readonly siblings: readonly AskedMarket[];
}

export interface Forecaster {
  readonly name: AskedForecaster;
  /** What came true before may be known to it already, ms; null where that is not known or nothing of the kind can be. */
  readonly trainedUntilMs: number | null;
  /** Whether it knows of such markets at all; others are not asked about. */
  concerns(market: AskedMarket): boolean;
  /** Fetches what is new, so that it is here when the question is asked. */
  prepare?(market: AskedMarket): Promise<void>;
  forecast(market: AskedMarket, context: ForecastContext, asOfMs: number): Promise<Forecast>;
}
