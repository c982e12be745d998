/** The report's section of the power study: which detector finds which planted type, how soon, and how false flags were. */
import { chartBlock, type ReportSection } from '../../charts/section.ts';
import { heatMapPicture } from '../../charts/specs/heat_map.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { withInterval } from './power_report.ts';
import { bestDetector, type PowerSummary, plantedNames } from './summary.ts';

const POWER_SECTION = 'power';

/**
 * The section from the study's summary: power by detector and planted type with intervals, days to detection, and how
 * false the flags were.
 */
export function powerSection(summary: PowerSummary): ReportSection {
  const names = plantedNames(summary);
  const detectors = [...new Set(summary.power.map((row) => row.detector))];
  const insiders = bestDetector(summary, 'insider');
  const best = (planted: string): string =>
    summary.power
      .filter((row) => row.detector === bestDetector(summary, planted) && row.planted === planted)
      .map((row) => `${row.difficulty} ${withInterval(row.averagePrecision)}`)
      .join(', ');
  return {
    id: POWER_SECTION,
    order: 105,
    title: 'What the detectors find of what was planted',
    blocks: [
      {
        kind: 'verdict',
        tone: 'neutral',
        text: `Best for insiders: ${insiders} (average precision: ${best('insider')}). Best for whales: ${bestDetector(summary, 'whale')} (${best('whale')}). ${summary.nMarkets} simulated markets, seeds ${summary.seeds[0]} to ${summary.seeds[summary.seeds.length - 1]}.`,
      },
      ...summary.difficulties.map((difficulty) =>
        chartBlock(
          `power_${difficulty.replaceAll(/[^a-z0-9]/g, '_')}`,
          `Average precision by detector and planted type, difficulty ${difficulty}: 1 is every planted wallet before all others.`,
          heatMapPicture(
            detectors.flatMap((detector) =>
              names.map((planted) => ({
                row: detector,
                column: planted,
                value:
                  summary.power.find(
                    (row) => row.detector === detector && row.planted === planted && row.difficulty === difficulty,
                  )?.averagePrecision.mean ?? Number.NaN,
              })),
            ),
            { rowTitle: 'detector', columnTitle: 'planted', valueTitle: 'average precision' },
          ),
        ),
      ),
      {
        kind: 'table',
        caption: 'The best detector of each planted type; means over markets with 95 % intervals over seeds.',
        header: [
          'planted',
          'detector',
          'difficulty',
          'avg. precision',
          'prec.@20',
          'recall@50',
          'recall, 10 % false',
          'ever listed',
          'days to list',
        ],
        rows: names.flatMap((planted) => {
          const detector = bestDetector(summary, planted);
          return summary.power
            .filter((row) => row.detector === detector && row.planted === planted)
            .map((row) => {
              const seen = summary.detection.find(
                (own) => own.detector === detector && own.planted === planted && own.difficulty === row.difficulty,
              );
              return [
                planted,
                detector,
                row.difficulty,
                withInterval(row.averagePrecision),
                withInterval(row.precisionAt20),
                withInterval(row.recallAt50),
                withInterval(row.recallAtFalseShare[2]),
                seen === undefined ? '–' : withInterval(seen.everShare),
                seen === undefined ? '–' : withInterval(seen.medianDays, 1),
              ];
            });
        }),
      },
      chartBlock(
        'realised',
        `Realised false discovery rate of flags at a nominal ${summary.flags[0]?.fdr ?? 0.1}, by detector and calibration, for those that flag anybody.`,
        rankedBarsPicture(
          summary.flags
            .filter((row) => row.nFlagged.mean > 0)
            .map((row) => ({
              label: `${row.detector}, ${row.calibration}: ${row.nFlagged.mean.toFixed(1)} flagged a market`,
              value: row.realised.mean,
              low: row.realised.low,
              high: row.realised.high,
              group: row.calibration,
            })),
          'realised false discovery rate',
          40,
        ),
      ),
    ],
    limits: [
      'Power on planted wallets: the simulator and the signs have the same authors, and planted types differ from casuals in ways that real ones may not.',
    ],
  };
}
