/** What 24 says: how good each forecaster has been beside the market's own price, and what is forecast of open markets. */
import { type Block, chartBlock, detailsBlock, tableBlock, verdictBlock } from '../charts/section.ts';
import { intervalsPicture } from '../charts/specs/intervals.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { AskedSummary } from './asked/asked_questions.ts';
import { ASKED_NAMES, askedSentences } from './asked/asked_report.ts';
import type { ForecastSettings } from './forecast_options.ts';
import type { OpenForecast } from './open_markets.ts';
import type { ScoreRow } from './scores.ts';

export const FORECAST_SECTION: SectionPlace = {
  id: 'forecasts',
  order: 150,
  title: 'Who has known more than the price?',
};

export interface ForecastFacts {
  readonly scores: readonly ScoreRow[];
  readonly open: readonly OpenForecast[];
  readonly nOpen: number;
  /** Most frequent first: `recency: too few events …` and how often. */
  readonly abstentions: readonly (readonly [string, number])[];
  readonly calibration: { readonly slope: number; readonly offset: number; readonly n: number };
  readonly marketWeight: number;
  readonly weights: readonly (readonly [string, number])[];
  /** Forecasters that are asked about open markets. */
  readonly asked: readonly AskedSummary[];
}

/** Open markets that a terminal and the report show. */
export const N_SHOWN = 20;
const WHY_MAX = 400;
const WHY_MAX_LINE = 100;

const NAMES: Readonly<Record<string, string>> = {
  favourite_longshot: 'Favourite and longshot',
  recency: 'Moves of the last hour',
  whales: 'Large trades and flagged wallets',
  ...ASKED_NAMES,
  pool: 'All of them, pooled',
  calibrated: 'The pool, calibrated',
  blend: 'The pool with the market',
};
const SCORE_HEADER = ['forecaster', 'resolved', 'events', 'Brier', 'market', 'difference (95 %)', 'log loss', 'market'];
const OPEN_HEADER = ['market', 'price', 'pool', 'p', 'edge YES', 'edge NO', 'why'];

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
const cents = (usd: number): string => `${(100 * usd).toFixed(1)} ¢`;

function scoreCells(rows: readonly ScoreRow[]): string[][] {
  return rows.map(({ name, n, nEvents, brier, marketBrier, difference, logLoss, marketLogLoss }) => [
    NAMES[name],
    formatCount(n),
    formatCount(nEvents),
    brier.toFixed(4),
    marketBrier.toFixed(4),
    `${signed(difference.estimate)} (${signed(difference.low)} to ${signed(difference.high)})`,
    logLoss.toFixed(4),
    marketLogLoss.toFixed(4),
  ]);
}

/** @param whyMax characters of what a forecast rests on */
function openCells(rows: readonly OpenForecast[], whyMax: number): string[][] {
  return rows.map(({ marketId, marketP, pool, low, high, p, edgeYes, edgeNo, why }) => [
    marketId,
    marketP.toFixed(3),
    `${pool.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`,
    p.toFixed(3),
    cents(edgeYes),
    cents(edgeNo),
    why.length > whyMax ? `${why.slice(0, whyMax)} …` : why,
  ]);
}

/** At most 25 words. */
function verdictOf(scores: readonly ScoreRow[]): string {
  const blend = scores.find(({ name }) => name === 'blend');
  if (blend === undefined) return 'No forecaster has spoken about a market whose result is known.';
  const places = `${formatCount(blend.n)} forecasts in ${formatCount(blend.nEvents)} events`;
  return `The pool with the market is ${blend.verdict}: Brier score ${blend.brier.toFixed(4)} beside ${blend.marketBrier.toFixed(4)} (${places}).`;
}

export function presentForecasts(
  facts: ForecastFacts,
  { settings }: { readonly settings: ForecastSettings },
): Presentation {
  const { scores, open, nOpen, abstentions, calibration, marketWeight, weights } = facts;
  const asked = askedSentences(facts.asked);
  const verdict = verdictOf(scores);
  const said = abstentions.map(([what, n]) => `${what} (${formatCount(n)} times)`);
  const learned = [
    `Weights: ${weights.map(([name, weight]) => `${NAMES[name]} ${weight.toFixed(2)}`).join(', ')}; the market's beside them ${marketWeight.toFixed(2)}.`,
    `Calibration on ${formatCount(calibration.n)} results: log-odds × ${calibration.slope.toFixed(2)} ${calibration.offset < 0 ? '−' : '+'} ${Math.abs(calibration.offset).toFixed(2)}.`,
  ];
  const openLine =
    nOpen === 0
      ? 'No open market has a forecast.'
      : `${formatCount(nOpen)} open markets have a forecast; ${formatCount(Math.min(nOpen, N_SHOWN))} with the largest edge:`;
  const better = scores.some(({ name, verdict: one }) => name === 'blend' && one === 'better than the market');
  const marks = scores.map(({ name, difference, n }) => ({
    name: NAMES[name],
    series: 'beside the market',
    value: difference.estimate,
    low: difference.low,
    high: difference.high,
    words: `${formatCount(n)} forecasts`,
  }));
  const tables: Block[] = [
    ...(scores.length === 0
      ? []
      : [
          chartBlock(
            'brier',
            'Brier score less that of the price, on the same questions: below 0 is better than the market.',
            intervalsPicture(marks, { xTitle: 'difference of Brier scores', level: { x: 0, label: 'the market' } }),
          ),
          tableBlock('Forecasts whose result is known. Intervals by events.', SCORE_HEADER, scoreCells(scores)),
        ]),
    ...(nOpen === 0 ? [] : [tableBlock('Open markets with the largest edge.', OPEN_HEADER, openCells(open, WHY_MAX))]),
  ];
  return {
    lines: [
      ...(scores.length === 0 ? [] : [formatTable(SCORE_HEADER, scoreCells(scores))]),
      ...learned,
      ...said,
      ...asked,
      openLine,
      ...(nOpen === 0 ? [] : [formatTable(OPEN_HEADER, openCells(open, WHY_MAX_LINE))]),
      verdict,
    ],
    blocks: [
      verdictBlock(verdict, better ? 'good' : 'neutral'),
      detailsBlock(
        'Who abstained, and what was learned',
        [...learned, ...said, ...asked].map((text) => ({ kind: 'paragraph', text })),
      ),
      ...tables,
    ],
    files: { 'forecasts.json': { options: settings.options, ...facts } },
    limits: [
      'A forecast is made when a trade is of a kind that was seen before, or when somebody was asked; other markets have none.',
    ],
  };
}
