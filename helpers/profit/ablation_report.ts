/** The ablation in lines and in a section of the report: one table, two pictures, and what each fault was worth. */
import { type Block, chartBlock, detailsBlock, paragraph, tableBlock, verdictBlock } from '../charts/section.ts';
import { type IntervalMark, intervalsPicture } from '../charts/specs/intervals.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { HOUR_MS, SECOND_MS } from '../run/clock.ts';
import { formatCount, formatTable, tabulate } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import type { AblationScore } from './ablation.ts';
import type { AblationSettings } from './ablation_options.ts';
import { formatPercent, formatShare } from './format.ts';
import { formatPicks } from './profitability_report.ts';
import { type ModelScore, type Picks, picksAt, type Scorecard, scoreOf } from './scorecard.ts';

export const ABLATION_SECTION = { id: 'profit_ablation', order: 111, title: 'What is each mistake worth?' };

const MODEL = 'model';
const PRICE_ONLY = 'price only';

function picksOf(card: Scorecard, name: ModelScore['name'], threshold: number): Picks {
  return picksAt(scoreOf(card, name), threshold);
}

function tableOf(scores: readonly AblationScore[]) {
  const of = (cell: (card: Scorecard) => string) => (score: AblationScore) =>
    score.card === null ? '' : cell(score.card);
  return tabulate(scores, {
    step: ({ step, name }) => `${step} ${name}`,
    rows: ({ card, reason }) => (card === null ? `skipped: ${reason}` : formatCount(card.nRows)),
    'base rate': of((card) => formatShare(card.baseRate)),
    'price only at .75': of((card) => formatPicks(picksOf(card, PRICE_ONLY, 0.75))),
    'model at .75': of((card) => formatPicks(picksOf(card, MODEL, 0.75))),
    'model at .90': of((card) => formatPicks(picksOf(card, MODEL, 0.9))),
    'model: return of top 1 %': of(({ top }) => formatShare(top.modelReturn)),
    'price only: the same': of(({ top }) => formatShare(top.priceOnlyReturn)),
    difference: of(({ top }) => formatShare(top.returnDifference)),
  });
}

/** Whether the last step shows that following pays. */
function isProfitable({ top }: Scorecard): boolean {
  return top.modelReturn.low > 0 && top.returnDifference.low > 0;
}

/** One sentence: what is left at the last step. */
export function formatAblation(scores: readonly AblationScore[]): string {
  const { card, reason } = scores[scores.length - 1];
  if (card === null) return `The last step could not be evaluated: ${reason}.`;
  const { modelReturn, priceOnlyReturn, returnDifference } = card.top;
  const [own, rival] = [modelReturn, priceOnlyReturn].map(({ estimate }) => formatPercent(estimate));
  const figures = `top 1 % of fills return ${own} after costs, that of price alone ${rival}`;
  if (isProfitable(card)) return `Following is profitable: the model's ${figures}.`;
  if (returnDifference.low > 0) return `The model beats price alone, but no profit is shown: its ${figures}.`;
  return `No edge is shown: the model's ${figures}.`;
}

function mark(score: AblationScore, series: string, interval: BootstrapInterval, words: string): IntervalMark {
  const { estimate, low, high } = interval;
  return { name: `${score.step} ${score.name}`, series, value: estimate, low, high, words };
}

/** Marks of the steps that were evaluated. */
function marksOf(
  scores: readonly AblationScore[],
  marks: (score: AblationScore, card: Scorecard) => IntervalMark[],
): IntervalMark[] {
  return scores.flatMap((score) => (score.card === null ? [] : marks(score, score.card)));
}

function precisionMarks(score: AblationScore, card: Scorecard): IntervalMark[] {
  const picks = [
    ['model at .75', picksOf(card, MODEL, 0.75)],
    ['model at .90', picksOf(card, MODEL, 0.9)],
  ] as const;
  return [
    ...picks.map(([series, { precision, nPicks }]) => mark(score, series, precision, `${formatCount(nPicks)} picks`)),
    mark(score, 'price only, top 1 %', card.top.priceOnlyPrecision, `${formatCount(card.top.nPicks)} picks`),
    mark(score, 'base rate', card.baseRate, `${formatCount(card.nRows)} rows`),
  ];
}

function returnMarks(score: AblationScore, { top }: Scorecard): IntervalMark[] {
  const words = `${formatCount(top.nPicks)} picks`;
  return [mark(score, MODEL, top.modelReturn, words), mark(score, PRICE_ONLY, top.priceOnlyReturn, words)];
}

function blocksOf(scores: readonly AblationScore[], delayMs: number): Block[] {
  const { card } = scores[scores.length - 1];
  const { header, rows } = tableOf(scores);
  return [
    verdictBlock(formatAblation(scores), card !== null && isProfitable(card) ? 'good' : 'neutral'),
    detailsBlock('What the steps are', [
      paragraph(
        'The same fills, evaluated seven times. Step 0 is the widespread recipe: the later price is that of the nearest trade in the market, ' +
          'whichever of its two tokens it was, up to an hour beyond the horizon; wallet averages and market volume are those of the whole sample; ' +
          'training and test rows are mixed at random. Each step switches one of these faults off; the last buys at the first trade after ' +
          `${delayMs / SECOND_MS} s and pays fees. Precision is not profit: an expensive share that wins nine times in ten may still lose money.`,
      ),
    ]),
    chartBlock(
      'precision',
      'Precision of the picks at each step, with 95 % intervals over markets.',
      intervalsPicture(marksOf(scores, precisionMarks), {
        xTitle: 'share of picks that reach the target',
        xFormat: '.0%',
        domain: [0, 1],
      }),
    ),
    chartBlock(
      'returns',
      'Mean return per USD of the hundredth of the rows with the highest probabilities, as each step counts it. Returns above 100 % are drawn at the edge.',
      intervalsPicture(marksOf(scores, returnMarks), {
        xTitle: 'mean return per USD',
        xFormat: '.0%',
        domain: [-0.5, 1],
        level: { x: 0, label: 'break-even' },
      }),
    ),
    tableBlock('Estimates with 95 % intervals from a bootstrap over markets.', header, rows),
  ];
}

export function presentAblation(
  { scores }: { readonly scores: readonly AblationScore[] },
  { settings: { delayMs, horizonMs } }: Pick<PresentView<AblationSettings>, 'settings'>,
): Presentation {
  const steps = scores.map(({ step, name, reason, card }) => ({ step: step, name, reason, ...card }));
  const { header, rows } = tableOf(scores);
  return {
    lines: [formatTable(header, rows), formatAblation(scores)],
    blocks: blocksOf(scores, delayMs),
    files: { 'profit_ablation.json': { delay_s: delayMs / SECOND_MS, horizon_h: horizonMs / HOUR_MS, steps } },
    limits: [
      'Steps 0 and 1 keep the honest price where no trade lies within an hour of the horizon, so that the rows stay the same.',
      'From step 4 on the test rows are the later fills; before, they are sampled from all.',
      'The last step leaves out fills after which nobody traded in time to be followed.',
    ],
  };
}
