/** What 24 says of the forecasters that are asked: what this run has heard, and who has abstained and why. */
import { formatCount, formatTable } from '../../run/console.ts';
import type { Presentation } from '../../step/contract.ts';
import type { AskedForecaster } from '../forecaster.ts';
import type { AskFacts } from './ask_open_markets.ts';
import type { AskedSummary } from './asked_questions.ts';

export const ASKED_NAMES: Readonly<Record<AskedForecaster, string>> = {
  llm: 'Language models',
  weather: 'The weather',
};

const HEADER = ['asked', 'markets', 'answers', 'cost', 'a forecast', 'why not'];
const N_WHYS = 3;

const dollars = (usd: number): string => `$${usd.toFixed(4)}`;

export function presentAsking({ rows, nMarkets, nTraded, nResults, fault }: AskFacts): Presentation {
  const cells = rows.map(({ name, nAsked, nAnswered, usd, whys }) => [
    ASKED_NAMES[name],
    formatCount(nAsked),
    formatCount(nAnswered),
    dollars(usd),
    nAnswered === 0 ? '–' : dollars(usd / nAnswered),
    whys
      .slice(0, N_WHYS)
      .map(([why, n]) => `${why} (${formatCount(n)} times)`)
      .join('; '),
  ]);
  return {
    lines: [
      ...(nMarkets === 0
        ? []
        : [
            `${formatCount(nMarkets)} markets of the watch list, ${formatCount(nTraded)} can be traded:`,
            formatTable(HEADER, cells),
          ]),
      ...(nResults === 0 ? [] : [`Markets that were asked about and have a result now: ${formatCount(nResults)}.`]),
      ...(fault === null ? [] : [`No open market ${nMarkets === 0 ? 'was' : 'more was'} asked about: ${fault}.`]),
    ],
  };
}

/** A sentence about each forecaster that is asked, from all that was recorded. */
export function askedSentences(summaries: readonly AskedSummary[]): string[] {
  return summaries.map(({ name, nTold, nEstimates, usd, lastWhy }) => {
    if (nTold === 0) return `${name}: never asked about an open market (23 makes the watch list, 24 asks)`;
    const cost = usd === 0 ? '' : `, for ${dollars(usd)}, ${dollars(usd / Math.max(1, nEstimates))} a forecast`;
    const why = lastWhy === null ? '' : `; the last time that it abstained: ${lastWhy}`;
    return `${name}: ${formatCount(nEstimates)} forecasts of ${formatCount(nTold)} answers${cost}${why}`;
  });
}
