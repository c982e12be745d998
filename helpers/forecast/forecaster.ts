/** The form that every forecaster has: a market, what else is known, and the time that is looked from; nothing later may be used. */
import type { Forecast } from './forecast.ts';
import type { ToldStrike } from './weather/brackets.ts';

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
  readonly name: string;
  forecast(market: AskedMarket, context: ForecastContext, asOfMs: number): Promise<Forecast>;
}
