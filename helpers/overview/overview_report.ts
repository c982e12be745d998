/** The report's first section: what was read, what was made of it, and whether it looks like the published market. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CASES_FILE, casesPath } from '../charts/report.ts';
import {
  type Block,
  chartBlock,
  detailsBlock,
  paragraph,
  type ReportSection,
  tableBlock,
  verdictBlock,
} from '../charts/section.ts';
import { againstBoundsPicture } from '../charts/specs/against_bounds.ts';
import { type FlowBox, flowPicture } from '../charts/specs/flow.ts';
import { binValues, createLogCounter, type Histogram, histogramPicture } from '../charts/specs/histogram.ts';
import { STEPS } from '../pipeline.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { readJson } from '../run/files.ts';
import { type Manifest, readManifest } from '../run/manifest.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { formatAnonymousFills } from '../tables/anonymous_fills_report.ts';
import { toNumbers } from '../tables/matrix.ts';
import { readPartsSync } from '../tables/read_parts.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../tables/schemas.ts';
import { isSimulated, SIMULATED_FOLDER } from '../tables/simulated_data.ts';
import { openTableIfThere, readTable, type Table, tableFolder } from '../tables/table_store.ts';
import { tapeFacts } from '../tables/tape_limits.ts';
import { formatTapeLimits } from '../tables/tape_limits_report.ts';
import { firstTimestamp, lastTimestamp } from '../tables/time_range.ts';
import { summarize } from './summary.ts';
import { summaryBlock } from './summary_report.ts';

export const DATA_SECTION = {
  id: 'data',
  order: 0,
  title: 'The data: what was read, and what was made of it',
} as const;
/** The names of tables take so much. */
const FLOW_WIDTH_MIN_PX = 640;

/** What a row of a folder is, where its name does not say it. */
const ROW_NAMES: Readonly<Record<string, string>> = {
  '00_simulated': 'fills',
  '10_raw_trades': 'fills',
  '10_markets': 'markets',
  '11_wallet_profiles': 'wallets',
};

const marginalsSchema = z.array(
  z.object({
    name: z.string(),
    published: z.number(),
    simulated: z.number(),
    low: z.number(),
    high: z.number(),
    applies: z.boolean(),
  }),
);

/** All manifests of the pipeline's artifacts that are there, in the order of the pipeline. */
function manifestsOf(dataDir: string): Map<string, Manifest> {
  const folders = [...new Set(STEPS.flatMap((step) => step.writes))];
  const found = folders.map((folder) => [folder, readManifest(join(dataDir, folder))] as const);
  return new Map(found.filter((entry): entry is [string, Manifest] => entry[1] !== null));
}

function flowBoxes(manifests: ReadonlyMap<string, Manifest>, hasSimulated: boolean): FlowBox[] {
  return STEPS.flatMap((step) =>
    step.writes.flatMap((folder) => {
      const manifest = manifests.get(folder);
      if (manifest === undefined || (folder === SIMULATED_FOLDER && !hasSimulated)) return [];
      const content = `${formatCount(manifest.rows)} ${ROW_NAMES[folder] ?? 'rows'}`;
      return [{ id: folder, content, madeOf: step.reads, detail: `${step.script}, ${manifest.endedAt.slice(0, 16)}Z` }];
    }),
  );
}

function rejectBlocks(trades: Manifest): Block[] {
  const reasons = Object.entries(trades.rejects).sort(([, a], [, b]) => b - a);
  const nRejected = reasons.reduce((sum, [, n]) => sum + n, 0);
  const nFiles = trades.inputs.length;
  if (nRejected === 0)
    return [
      paragraph(
        `${formatCount(trades.rows)} fills were imported from ${formatCount(nFiles)} files; no row was rejected.`,
      ),
    ];
  return [
    paragraph(
      `${formatCount(trades.rows)} fills were imported from ${formatCount(nFiles)} files; ${formatCount(nRejected)} rows were rejected and are kept beside the table.`,
    ),
    tableBlock('Rejected rows by reason.', ['reason', 'rows'], reasons),
  ];
}

/** What fills without a wallet are good for, and what is missing where no fill has one. */
function anonymousFillsBlocks(trades: Table, markets: Table, profiles: Table | null): Block[] {
  const isEmpty = profiles !== null && profiles.manifest.rows === 0;
  const missing = isEmpty ? ' There are no profiles, so the steps of chapters 2 to 4 have nothing to show.' : '';
  const lines = formatAnonymousFills(countAnonymousFills(trades, readTable(markets)), trades.manifest.rows);
  return lines.map((line) => verdictBlock(`${line}${missing}`));
}

/** Sizes of all fills, one part in memory at a time. */
function countTradeSizes(trades: Table): Histogram {
  const counter = createLogCounter();
  for (const fills of readPartsSync(trades, { columns: ['amount_usd'] })) counter.add(toNumbers(fills, 'amount_usd'));
  return counter.finish();
}

function tradeBlocks(trades: Table): Block[] {
  return [
    chartBlock(
      'trade_size',
      'Size of single fills in USD (log axis). Most trades are small; a few are a thousand times larger.',
      histogramPicture(countTradeSizes(trades), { xTitle: 'fill, USD', yTitle: 'fills' }),
    ),
  ];
}

function profileBlocks(profiles: Table): Block[] {
  const frame = readTable(profiles);
  const column = (name: string): Float64Array =>
    Float64Array.from(
      (frame.getColumn(name).toArray() as (number | bigint | null)[]).map((v) => Number(v ?? Number.NaN)),
    );
  const yTitle = 'wallets';
  const log = (name: string, xTitle: string) => histogramPicture(binValues(column(name), 'log'), { xTitle, yTitle });
  return [
    chartBlock('fills_per_wallet', 'Fills per wallet (log axis).', log('n_fills', 'fills of a wallet')),
    chartBlock(
      'markets_per_wallet',
      'Distinct markets per wallet (log axis).',
      log('diversification_markets_count', 'markets of a wallet'),
    ),
    chartBlock(
      'mean_trade',
      'Mean size of a wallet’s fills in USD (log axis).',
      log('aggression_avg_usd', 'mean fill of a wallet, USD'),
    ),
    chartBlock(
      'tenure',
      'Days between a wallet’s first fill in these data and the timestamp of the profiles. A wallet may be older than the data: the pile at the right end holds everyone who was there from the start.',
      histogramPicture(binValues(column('tenure_days'), 'linear'), { xTitle: 'tenure, days', yTitle }),
    ),
  ];
}

function marginalBlocks(dataDir: string): Block[] {
  const path = join(dataDir, SIMULATED_FOLDER, 'marginals.json');
  if (!existsSync(path)) return [];
  const parsed = marginalsSchema.safeParse(readJson(path));
  if (!parsed.success)
    throw new InputError(
      'corrupt-file',
      `${path} does not hold the simulator's figures`,
      'run: npx tsx 1_data_pipeline/00-1_simulate_market.ts --force',
    );
  const figures = parsed.data.map(({ simulated, ...figure }) => ({ ...figure, value: simulated }));
  const judged = figures.filter((figure) => figure.applies);
  const nInside = judged.filter(({ value, low, high }) => value >= low && value <= high).length;
  return [
    verdictBlock(
      `The simulated market resembles the published one in ${nInside} of ${judged.length} figures that this run is large enough to judge.`,
      nInside === judged.length ? 'good' : 'bad',
    ),
    chartBlock(
      'marginals',
      'Simulated figures (dots) against published ones (dark lines), each stretched to the width of its bound (light bars).',
      againstBoundsPicture(figures),
    ),
    detailsBlock('The same as a table', [
      tableBlock(
        'Simulated and published figures.',
        ['figure', 'published', 'simulated', 'low', 'high', 'judged'],
        figures.map((f) => [f.name, f.published, f.value, f.low, f.high, f.applies ? 'yes' : 'too few data']),
      ),
    ]),
  ];
}

function timeWindow(trades: Table): { fromMs: number; toMs: number } | null {
  const [fromMs, toMs] = [firstTimestamp(trades), lastTimestamp(trades)];
  return toMs >= fromMs ? { fromMs, toMs } : null;
}

/** What of the tape limits everything that follows. */
function tapeBlocks(dataDir: string): Block[] {
  const facts = tapeFacts(dataDir);
  const sentences = facts === null ? [] : formatTapeLimits(facts);
  if (sentences.length === 0) return [];
  return [paragraph(`What limits the answers, as each section that is limited says again. ${sentences.join(' ')}`)];
}

/** The section from whatever has been made so far in a data folder. */
export function makeDataSection(dataDir: string): ReportSection {
  const manifests = manifestsOf(dataDir);
  const trades = openTableIfThere(dataDir, RAW_TRADES);
  const markets = openTableIfThere(dataDir, MARKETS);
  const profiles = openTableIfThere(dataDir, WALLET_PROFILES);
  const hasSimulated = isSimulated(dataDir);
  const window = trades === null ? null : timeWindow(trades);
  const source = hasSimulated ? 'simulated market' : 'imported trades';
  const flow = flowPicture(flowBoxes(manifests, hasSimulated));
  return {
    ...DATA_SECTION,
    dataWindow: window === null ? undefined : { source, ...window },
    blocks: [
      summaryBlock(summarize(dataDir)),
      ...tapeBlocks(dataDir),
      ...(existsSync(casesPath(dataDir))
        ? [{ kind: 'link' as const, href: CASES_FILE, text: 'Case files of the wallets most worth a look' }]
        : []),
      {
        ...chartBlock(
          'flow',
          'Tables made so far with their rows; an arrow leads from a table to what is made of it.',
          flow,
        ),
        minWidthPx: FLOW_WIDTH_MIN_PX,
      },
      ...(trades === null
        ? [paragraph(`No trades have been imported (${tableFolder('DATA_DIR', RAW_TRADES)}).`)]
        : [
            ...rejectBlocks(trades.manifest),
            ...(markets === null ? [] : anonymousFillsBlocks(trades, markets, profiles)),
            ...tradeBlocks(trades),
          ]),
      ...(profiles === null || profiles.manifest.rows === 0 ? [] : profileBlocks(profiles)),
      ...(hasSimulated ? marginalBlocks(dataDir) : []),
    ],
  };
}
