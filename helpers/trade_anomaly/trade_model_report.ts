/** What the model of single trades was made of, and which trades it finds most anomalous, in lines and in a section. */
import { chartBlock } from '../charts/section.ts';
import { histogramPicture } from '../charts/specs/histogram.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { Trade } from './trade.ts';
import { SCORE_THRESHOLD } from './trade_model.ts';
import type { TradeModelFacts } from './train_model.ts';

const ORDERS = { kalshi: 105, polymarket: 106 } as const;
const NAMES = { kalshi: 'Kalshi', polymarket: 'Polymarket' } as const;
const N_SHORT = 24;

export function tradeModelSection(venue: Trade['venue']): SectionPlace {
  return { id: `trade_model_${venue}`, order: ORDERS[venue], title: `Anomalous trades of ${NAMES[venue]}` };
}

function short(text: string): string {
  return text.length <= N_SHORT ? text : `${text.slice(0, N_SHORT - 1)}…`;
}

/** `contracts 12,000; size_z 41.2` */
function reasonWords(reasons: TradeModelFacts['most'][number]['reasons']): string {
  return reasons
    .map(({ column, value }) => `${column} ${Number(value.toPrecision(3)).toLocaleString('en')}`)
    .join('; ');
}

function mostAnomalous({ most }: TradeModelFacts): string[][] {
  return most.map(({ tsMs, marketId, contracts, price, score, p, baseline, reasons }) => [
    isoTime(tsMs).slice(0, 16).replace('T', ' '),
    short(marketId),
    formatCount(Math.round(contracts)),
    price.toFixed(2),
    score.toFixed(3),
    p.toExponential(1),
    baseline,
    reasonWords(reasons),
  ]);
}

const HEADER = ['time, UTC', 'market', 'contracts', 'price', 'score', 'p', 'against', 'because'];

function sentences(facts: TradeModelFacts): string[] {
  const { nTraining, nSampled, nCalibration, nAboveThreshold, nCalibrationNeeded, tradesPerDay } = facts;
  return [
    `${formatCount(nAboveThreshold)} of ${formatCount(nCalibration)} later trades of ${NAMES[facts.venue]} reach the published threshold of ${SCORE_THRESHOLD}.`,
    `The model learnt from ${formatCount(nSampled)} of ${formatCount(nTraining)} trades, drawn evenly over hours and categories; ${formatCount(tradesPerDay)} trades a day.`,
    ...(nCalibration >= nCalibrationNeeded
      ? []
      : [
          `${formatCount(nCalibration)} calibration trades are too few to flag a day's budget of alerts at the false discovery rate (it takes ${formatCount(nCalibrationNeeded)}); the threshold ranks instead.`,
        ]),
  ];
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${formatCount(n)}`)
    .join(', ');
}

export function presentTradeModel(facts: TradeModelFacts): Presentation {
  const [verdict, ...others] = sentences(facts);
  const rows = mostAnomalous(facts);
  return {
    lines: [formatTable(HEADER, rows), verdict, ...others],
    blocks: [
      { kind: 'verdict', tone: 'neutral', text: verdict },
      ...others.map((text) => ({ kind: 'paragraph' as const, text })),
      { kind: 'paragraph', text: `Sample by category: ${counted(facts.byCategory)}.` },
      { kind: 'paragraph', text: `Sizes of the later trades were compared with: ${counted(facts.byBaseline)}.` },
      chartBlock(
        'scores',
        `Scores of the later trades and the published threshold of ${SCORE_THRESHOLD}.`,
        histogramPicture(
          {
            scale: 'linear',
            nLeftOut: 0,
            bins: facts.scoreCounts.map((count, i) => ({ from: i / 100, to: (i + 1) / 100, count })),
          },
          { xTitle: 'score', yTitle: 'trades', references: [{ value: SCORE_THRESHOLD, label: 'threshold' }] },
        ),
      ),
      { kind: 'table', header: HEADER, rows, caption: 'The most anomalous of the later trades.' },
    ],
    dataWindow: { source: NAMES[facts.venue], fromMs: facts.fromMs, toMs: facts.untilMs },
    limits: [
      'An anomalous trade is an unusual one. Most whales know nothing, and who knows something may trade small.',
      ...(facts.venue === 'kalshi'
        ? ['Kalshi tells no accounts, and its stored trades no open interest: that column is empty.']
        : []),
    ],
  };
}
