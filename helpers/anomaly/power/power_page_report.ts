/** The power study as a page in Markdown, and the cells that all its tables share. */
import { tabulate } from '../../run/console.ts';
import { bestDetector, type OverSeeds, type PowerSummary, plantedNames } from './summary.ts';

/** `0.61 [0.40, 0.80]`, without the interval where one market cannot give one; a dash for what is not known. */
export function withInterval(figure: OverSeeds | undefined, digits = 2): string {
  if (figure === undefined || Number.isNaN(figure.mean)) return '–';
  const [mean, low, high] = [figure.mean, figure.low, figure.high].map((value) => value.toFixed(digits));
  return Number.isNaN(figure.low) ? mean : `${mean} [${low}, ${high}]`;
}

/** The rows of a planted type, one detector after the other. */
function rowsOf<Row extends { readonly detector: string; readonly planted: string }>(
  rows: readonly Row[],
  planted: string,
  detectors: readonly string[],
): Row[] {
  return detectors.flatMap((name) => rows.filter((row) => row.detector === name && row.planted === planted));
}

function powerTable(summary: PowerSummary, planted: string, detectors: readonly string[]): string {
  return markdownTable(
    tabulate(rowsOf(summary.power, planted, detectors), {
      detector: (row) => row.detector,
      difficulty: (row) => row.difficulty,
      'average precision': (row) => withInterval(row.averagePrecision),
      'precision@planted': (row) => withInterval(row.precisionAtPlanted),
      'precision@20': (row) => withInterval(row.precisionAt20),
      'precision@50': (row) => withInterval(row.precisionAt50),
      'recall@50': (row) => withInterval(row.recallAt50),
      'recall, 1 % false': (row) => withInterval(row.recallAtFalseShare[0]),
      '5 % false': (row) => withInterval(row.recallAtFalseShare[1]),
      '10 % false': (row) => withInterval(row.recallAtFalseShare[2]),
    }),
  );
}

function byPower(summary: PowerSummary, planted: string): string[] {
  const sums = new Map<string, number>();
  for (const row of summary.power)
    if (row.planted === planted) sums.set(row.detector, (sums.get(row.detector) ?? 0) + row.averagePrecision.mean);
  return [...sums].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

/** Nominal and realised false discovery rates. */
export function flagTable(summary: PowerSummary): { header: string[]; rows: string[][] } {
  const types = plantedNames(summary).filter((name) => summary.flags.some((row) => name in row.found));
  return tabulate(summary.flags, {
    detector: (row) => row.detector,
    'calibrated on': (row) => row.calibration,
    n: (row) => String(row.nCalibration),
    'flagged a market': (row) => row.nFlagged.mean.toFixed(1),
    nominal: (row) => row.fdr.toFixed(2),
    realised: (row) => `${row.realised.mean.toFixed(3)} ± ${row.realised.standardError.toFixed(3)}`,
    within: (row) => (row.isWithin ? 'yes' : 'no'),
    ...Object.fromEntries(
      types.map((type) => [type, (row: (typeof summary.flags)[number]) => row.found[type].toFixed(2)]),
    ),
  });
}

function detectionTable(summary: PowerSummary, planted: string, detectors: readonly string[]): string {
  return markdownTable(
    tabulate(rowsOf(summary.detection, planted, detectors), {
      detector: (row) => row.detector,
      difficulty: (row) => row.difficulty,
      'ever listed': (row) => withInterval(row.everShare),
      days: (row) => withInterval(row.medianDays, 1),
    }),
  );
}

function markdownTable({ header, rows }: { readonly header: string[]; readonly rows: string[][] }): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * The whole study as a page.
 * @param watchShare share of wallets on a watch list, 0..1
 * @param snapshotDays time between two watch lists
 */
export function powerPage(summary: PowerSummary, watchShare: number, snapshotDays: number): string {
  const seeds = `${summary.seeds.length} seeds (${summary.seeds[0]} to ${summary.seeds[summary.seeds.length - 1]})`;
  const head = `# Power of the detectors on planted truth

${summary.nMarkets} simulated markets: ${seeds}, difficulties ${summary.difficulties.join(', ')}. Means over markets, 95 % bootstrap intervals over seeds.
A false discovery is any wallet that is not of the planted type named. The truth was read by this study alone.
Red flags were learnt from insiders planted into one real tape and into simulated markets of other seeds; planted insiders take more
than they make, and the simulator has the same authors, so real power is lower.`;
  const types = plantedNames(summary).flatMap((planted) => {
    const detectors = byPower(summary, planted);
    return [
      `## ${planted}`,
      `Best by average precision over the difficulties: ${bestDetector(summary, planted)}.`,
      powerTable(summary, planted, detectors),
      `Watch list of the top ${(100 * watchShare).toFixed(1)} % (a rule: whom it names), made anew every ${snapshotDays} days from what was known then: share ever on it, and median days from first fill.`,
      detectionTable(summary, planted, detectors),
    ];
  });
  return [
    head,
    ...types,
    '## False discovery rate: nominal and realised',
    'A discovery is false when nobody planted the wallet. Realised: mean over markets of the false share (0 where nobody is flagged) ± its Monte-Carlo error. The last columns: share of each planted type that is flagged. "Another market" needs its truth and is not open to anybody with real data.',
    markdownTable(flagTable(summary)),
    '',
  ].join('\n\n');
}
