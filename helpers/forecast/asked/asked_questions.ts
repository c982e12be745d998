/** What was recorded as questions beside those of the tape: the same markets have the same numbers, and those that are in no table get new ones. */
import type { BacktestMarkets } from '../../replay/model.ts';
import type { StrategyMarkets } from '../../strategies/opportunities.ts';
import type { Question } from '../answered.ts';
import { ASKED_FORECASTERS, type AskedForecaster } from '../forecaster.ts';
import { fromRecorded, type RecordedAnswer, type RecordedLine } from './record.ts';

/** Markets by number, and the number of the event of each. */
export interface ForecastMarkets {
  readonly markets: BacktestMarkets;
  readonly eventOf: ArrayLike<number>;
}

/** What has been heard of one forecaster so far. */
export interface AskedSummary {
  readonly name: AskedForecaster;
  /** Answers that are recorded, and those with a probability. */
  readonly nTold: number;
  readonly nEstimates: number;
  readonly usd: number;
  /** Why it said nothing the last time that it said nothing; null where it never did. */
  readonly lastWhy: string | null;
}

export function summariseRecord(lines: readonly RecordedLine[]): AskedSummary[] {
  return ASKED_FORECASTERS.map((name) => {
    const told = lines.filter((line): line is RecordedAnswer => line.kind === 'answer' && line.forecaster === name);
    const silent = told.flatMap(({ forecast }) => (forecast.kind === 'abstain' ? [forecast.why] : []));
    return {
      name,
      nTold: told.length,
      nEstimates: told.length - silent.length,
      usd: told.reduce((sum, { usd }) => sum + usd, 0),
      lastWhy: silent.at(-1) ?? null,
    };
  });
}

/** The newest moment that the record tells of, ms; 0 where it is empty. */
export function recordedUntilMs(lines: readonly RecordedLine[]): number {
  return lines.reduce((last, line) => Math.max(last, line.kind === 'answer' ? line.toldMs : line.knownMs), 0);
}

/** What every recorded market has paid, and since when we know. */
function resultsOf(lines: readonly RecordedLine[]): Map<string, { readonly payout: number; readonly knownMs: number }> {
  return new Map(lines.flatMap((line) => (line.kind === 'result' ? [[line.ticker, line] as const] : [])));
}

/**
 * The markets of the tape and behind them those that were asked about and are in no table.
 * @param known null where there is no tape
 */
export function withAskedMarkets(known: StrategyMarkets | null, lines: readonly RecordedLine[]): ForecastMarkets {
  const answers = lines.filter((line): line is RecordedAnswer => line.kind === 'answer');
  const numbers = new Set(known?.markets.ids);
  const added = new Map(answers.filter(({ ticker }) => !numbers.has(ticker)).map((one) => [one.ticker, one]));
  const results = resultsOf(lines);
  const events = new Map(known?.events.map((event, m) => [event, known.eventOf[m]]));
  const eventOf = [...(known?.eventOf ?? [])];
  let nEvents = eventOf.reduce((most, event) => Math.max(most, event + 1), 0);
  for (const { event } of added.values()) {
    if (!events.has(event)) events.set(event, nEvents++);
    eventOf.push(events.get(event)!);
  }
  const { ids, venues, feeRates, feeExponents, resolvedMs, payouts } = known?.markets ?? NO_MARKETS;
  const rows = [...added.values()];
  const allIds = [...ids, ...rows.map(({ ticker }) => ticker)];
  const withRows = (values: Float64Array, ofRow: (row: RecordedAnswer) => number): Float64Array =>
    Float64Array.from([...values, ...rows.map(ofRow)]);
  const [known0, knownMs] = [withRows(payouts, () => Number.NaN), withRows(resolvedMs, () => Number.POSITIVE_INFINITY)];
  // What a table does not know yet may have been asked for since.
  const askedOf = (m: number) => (Number.isNaN(known0[m]) ? results.get(allIds[m]) : undefined);
  return {
    eventOf,
    markets: {
      ids: allIds,
      venues: [...venues, ...rows.map(() => 'kalshi' as const)],
      feeRates: withRows(feeRates, ({ feeRate }) => feeRate),
      feeExponents: withRows(feeExponents, () => Number.NaN),
      resolvedMs: knownMs.map((ms, m) => askedOf(m)?.knownMs ?? ms),
      payouts: known0.map((payout, m) => askedOf(m)?.payout ?? payout),
    },
  };
}

const NO_MARKETS: BacktestMarkets = {
  ids: [],
  venues: [],
  feeRates: new Float64Array(),
  feeExponents: new Float64Array(),
  resolvedMs: new Float64Array(),
  payouts: new Float64Array(),
};

/** Each recorded answer as a question at the moment when it was here, at the middle of the quote. */
export function askedQuestions(lines: readonly RecordedLine[], { markets, eventOf }: ForecastMarkets): Question[] {
  const numberOf = new Map(markets.ids.map((id, m) => [id, m]));
  return lines.flatMap((line): Question[] => {
    if (line.kind !== 'answer') return [];
    const { forecaster: kind, ticker, toldMs: tsMs, bid, ask } = line;
    const market = numberOf.get(ticker)!;
    return [
      {
        ...{ kind, tsMs, market, event: eventOf[market], marketP: (bid + ask) / 2, quote: { bid, ask } },
        forecast: fromRecorded(line.forecast),
        payout: markets.payouts[market],
        knownMs: markets.resolvedMs[market],
      },
    ];
  });
}
