/** The ladder for people: one table, two pictures, and what each fault was worth. */
import { type Block, chartBlock, type ReportSection } from '../charts/section.ts';
import { type IntervalMark, intervalsPicture } from '../charts/specs/intervals.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { RungResult } from './ladder.ts';
import { formatShare, type ModelScore, type Picks, type Scorecard } from './scorecard.ts';

const SECTION_ORDER = 111;
const MODEL = 'model';
const PRICE_ONLY = 'price only';

function scoreOf(card: Scorecard, name: ModelScore['name']): ModelScore {
  return card.scores.find((score) => score.name === name)!;
}

function picksAt(card: Scorecard, name: ModelScore['name'], threshold: number): Picks {
  return scoreOf(card, name).picks.find((picks) => picks.threshold === threshold)!;
}

function picksCell(picks: Picks): string {
  return picks.nPicks === 0 ? 'no picks' : `${formatShare(picks.precision)} n ${formatCount(picks.nPicks)}`;
}

const HEADER = [
  'rung',
  'rows',
  'base rate',
  'price only at .75',
  'model at .75',
  'model at .90',
  'model: return of top 1 %',
  'price only: the same',
  'difference',
];

function rowsOf(ladder: readonly RungResult[]): string[][] {
  return ladder.map(({ rung, name, card, reason }) => {
    const title = `${rung} ${name}`;
    if (card === null) return [title, `skipped: ${reason}`, ...HEADER.slice(2).map(() => '')];
    return [
      title,
      formatCount(card.nRows),
      formatShare(card.baseRate),
      picksCell(picksAt(card, PRICE_ONLY, 0.75)),
      picksCell(picksAt(card, MODEL, 0.75)),
      picksCell(picksAt(card, MODEL, 0.9)),
      formatShare(card.top.modelReturn),
      formatShare(card.top.priceOnlyReturn),
      formatShare(card.top.returnDifference),
    ];
  });
}

/** The table that a person reads. */
export function ladderTable(ladder: readonly RungResult[]): string {
  return formatTable(HEADER, rowsOf(ladder));
}

/** One sentence: whether following pays at the last rung. */
export function ladderVerdict(ladder: readonly RungResult[]): string {
  const { card, reason } = ladder[ladder.length - 1];
  if (card === null) return `The last rung could not be judged: ${reason}.`;
  const { modelReturn, priceOnlyReturn, returnDifference } = card.top;
  const figures = `${formatShare(modelReturn)} per USD after costs, price only ${formatShare(priceOnlyReturn)}`;
  if (modelReturn.low > 0 && returnDifference.low > 0)
    return `Following pays: the ${formatCount(card.top.nPicks)} highest chances return ${figures}.`;
  if (returnDifference.low > 0)
    return `The model beats price only, but following is not shown to pay: the ${formatCount(card.top.nPicks)} highest chances return ${figures}.`;
  return `No edge is shown: the ${formatCount(card.top.nPicks)} highest chances return ${figures}.`;
}

function mark(rung: RungResult, series: string, interval: BootstrapInterval, words: string): IntervalMark {
  const { estimate, low, high } = interval;
  return { name: `${rung.rung} ${rung.name}`, series, value: estimate, low, high, words };
}

function precisionMarks(ladder: readonly RungResult[]): IntervalMark[] {
  return ladder.flatMap((rung) => {
    if (rung.card === null) return [];
    const { card } = rung;
    const at75 = picksAt(card, MODEL, 0.75);
    const at90 = picksAt(card, MODEL, 0.9);
    return [
      mark(rung, 'model at .75', at75.precision, `${formatCount(at75.nPicks)} picks`),
      mark(rung, 'model at .90', at90.precision, `${formatCount(at90.nPicks)} picks`),
      mark(rung, 'price only, top 1 %', card.top.priceOnlyPrecision, `${formatCount(card.top.nPicks)} picks`),
      mark(rung, 'base rate', card.baseRate, `${formatCount(card.nRows)} rows`),
    ];
  });
}

function returnMarks(ladder: readonly RungResult[]): IntervalMark[] {
  return ladder.flatMap((rung) => {
    if (rung.card === null) return [];
    const { top } = rung.card;
    const words = `${formatCount(top.nPicks)} picks`;
    return [mark(rung, MODEL, top.modelReturn, words), mark(rung, PRICE_ONLY, top.priceOnlyReturn, words)];
  });
}

/** The section of the report. */
export function ladderSection(ladder: readonly RungResult[], delayS: number): ReportSection {
  const verdict = ladderVerdict(ladder);
  const blocks: Block[] = [
    { kind: 'verdict', text: verdict, tone: verdict.startsWith('Following pays') ? 'good' : 'neutral' },
    {
      kind: 'paragraph',
      text:
        'The same fills, judged seven times. Rung 0 is the widespread recipe: the later price is that of the nearest trade in the market, ' +
        'whichever of its two tokens it was, up to an hour beyond the horizon; wallet averages and market volume are those of the whole sample; ' +
        'training and test rows are mixed at random. Each rung switches one of these faults off; the last buys at the first trade after ' +
        `${delayS} s and pays fees. Precision is not profit: a dear share that wins nine times in ten may still lose money.`,
    },
    chartBlock(
      'precision',
      'Precision of the picks at each rung, with 95 % intervals over markets.',
      intervalsPicture(precisionMarks(ladder), {
        xTitle: 'share of picks that reach the target',
        xFormat: '.0%',
        domain: [0, 1],
      }),
    ),
    chartBlock(
      'returns',
      'Mean return per USD of the hundredth of the rows with the highest chances, as each rung reckons it. Returns above 100 % are drawn at the edge.',
      intervalsPicture(returnMarks(ladder), {
        xTitle: 'mean return per USD',
        xFormat: '.0%',
        domain: [-0.5, 1],
        level: { x: 0, label: 'break-even' },
      }),
    ),
    {
      kind: 'table',
      header: HEADER,
      rows: rowsOf(ladder),
      caption: 'Estimates with 95 % intervals from a bootstrap over markets.',
    },
  ];
  return {
    id: 'profit_ladder',
    order: SECTION_ORDER,
    title: 'What is each mistake worth?',
    blocks,
    limits: [
      'Rungs 0 and 1 keep the honest price where no trade lies within an hour of the horizon, so that the rows stay the same.',
      'From rung 4 on the test rows are the later fills; before, they are drawn at random from all.',
      'The last rung leaves out fills after which nobody traded in time to be followed.',
    ],
  };
}
