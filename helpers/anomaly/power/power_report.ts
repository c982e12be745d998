/** Which detector finds which planted type, how soon, and how false flags were, in lines and in a section. */
import {
  type ChartBlock,
  chartBlock,
  detailsBlock,
  type TableBlock,
  tableBlock,
  verdictBlock,
} from '../../charts/section.ts';
import { heatMapPicture } from '../../charts/specs/heat_map.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { formatCount, formatTable, tabulate } from '../../run/console.ts';
import type { Presentation, PresentView } from '../../step/contract.ts';
import type { PowerFacts, PowerSettings } from './compare.ts';
import { flagTable, powerPage, withInterval } from './power_page_report.ts';
import { bestDetector, meanPower, type PowerSummary, plantedNames } from './summary.ts';

export const POWER_SECTION = { id: 'power', order: 105, title: 'What the detectors find of what was planted' };

interface BestRow {
  readonly planted: string;
  readonly detector: string;
  readonly row: PowerSummary['power'][number];
}

/** The best detector of each planted type, one row a difficulty. */
function bestRows(summary: PowerSummary): BestRow[] {
  return plantedNames(summary).flatMap((planted) => {
    const detector = bestDetector(summary, planted);
    const own = summary.power.filter((row) => row.detector === detector && row.planted === planted);
    return own.map((row) => ({ planted, detector, row }));
  });
}

/** The short answer for the terminal. */
function formatPower(summary: PowerSummary): string[] {
  const best = tabulate(bestRows(summary), {
    planted: ({ planted }) => planted,
    'best detector': ({ detector }) => detector,
    difficulty: ({ row }) => row.difficulty,
    'avg. precision': ({ row }) => withInterval(row.averagePrecision),
    'prec.@20': ({ row }) => withInterval(row.precisionAt20),
    'recall 1 % false': ({ row }) => withInterval(row.recallAtFalseShare[0]),
    '5 %': ({ row }) => withInterval(row.recallAtFalseShare[1]),
    '10 %': ({ row }) => withInterval(row.recallAtFalseShare[2]),
  });
  const flags = flagTable(summary);
  return [
    `${summary.nMarkets} markets, seeds ${summary.seeds.join(', ')}.`,
    formatTable(best.header, best.rows),
    formatTable(flags.header, flags.rows),
  ];
}

function powerBlock(summary: PowerSummary, difficulty: string): ChartBlock {
  const own = summary.power.filter((row) => row.difficulty === difficulty);
  return chartBlock(
    `power_${difficulty.replaceAll(/[^a-z0-9]/g, '_')}`,
    `Average precision by detector and planted type, difficulty ${difficulty}: 1 is every planted wallet before all others.`,
    heatMapPicture(
      own.map(({ detector, planted, averagePrecision }) => ({
        row: detector,
        column: planted,
        value: averagePrecision.mean,
      })),
      { rowTitle: 'detector', columnTitle: 'planted', valueTitle: 'average precision' },
    ),
  );
}

function bestTable(summary: PowerSummary): TableBlock {
  const listed = ({ planted, detector, row }: BestRow) =>
    summary.detection.find(
      (own) => own.detector === detector && own.planted === planted && own.difficulty === row.difficulty,
    );
  const { header, rows } = tabulate(bestRows(summary), {
    planted: ({ planted }) => planted,
    detector: ({ detector }) => detector,
    difficulty: ({ row }) => row.difficulty,
    'avg. precision': ({ row }) => withInterval(row.averagePrecision),
    'prec.@20': ({ row }) => withInterval(row.precisionAt20),
    'recall@50': ({ row }) => withInterval(row.recallAt50),
    'recall, 10 % false': ({ row }) => withInterval(row.recallAtFalseShare[2]),
    'ever listed': (best) => withInterval(listed(best)?.everShare),
    'days to list': (best) => withInterval(listed(best)?.medianDays, 1),
  });
  return tableBlock(
    'The best detector of each planted type; means over markets with 95 % intervals over seeds.',
    header,
    rows,
  );
}

function realisedBlock({ flags }: PowerSummary): ChartBlock {
  const own = flags.filter((row) => row.nFlagged.mean > 0);
  return chartBlock(
    'realised',
    `Realised false discovery rate of flags at a nominal ${flags[0]?.fdr ?? 0.1}, by detector and calibration, for those that flag anybody.`,
    rankedBarsPicture(
      own.map(({ detector, calibration, nFlagged, realised }) => ({
        label: `${detector}, ${calibration}: ${nFlagged.mean.toFixed(1)} flagged a market`,
        value: realised.mean,
        low: realised.low,
        high: realised.high,
        group: calibration,
      })),
      'realised false discovery rate',
      40,
    ),
  );
}

export function presentPower({ summary, nRun }: PowerFacts, view: PresentView<PowerSettings>): Presentation {
  const [{ seed, watchShare, snapshotDays }] = view.settings.plans;
  if (summary === null)
    return {
      lines: [
        `Seed ${seed}: ${nRun} of ${view.settings.plans.length} markets run now; the summary is made by --compare without --only-seed.`,
      ],
    };
  const best = bestDetector(summary, 'insider');
  return {
    lines: formatPower(summary),
    blocks: [
      verdictBlock(
        `On ${formatCount(summary.nMarkets)} simulated markets ${best} ranks planted insiders best: mean average precision ${meanPower(summary, best, 'insider').toFixed(2)}.`,
      ),
      ...summary.difficulties.map((difficulty) => powerBlock(summary, difficulty)),
      detailsBlock('The best detector of each planted type, and how false flags were', [
        bestTable(summary),
        realisedBlock(summary),
      ]),
    ],
    files: { 'power.md': powerPage(summary, watchShare, snapshotDays) },
    limits: [
      'Power on planted wallets: the simulator and the red flags have the same authors, and planted types differ from casuals in ways that real ones may not.',
    ],
  };
}
