/** What an import did, in lines. */
import { dirname, join } from 'node:path';
import { formatBytes, formatCount } from '../run/console.ts';
import type { Manifest } from '../run/manifest.ts';
import { capital } from '../run/words.ts';
import { formatAnonymousFills } from '../tables/anonymous_fills_report.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { ARCHIVE_ORDER_FILLED, POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';
import { DATA_API_V1, DATA_API_V2, POLY_DATA_TRADES } from '../venues/polymarket/trades.ts';
import type { ImportSummary } from './import_summary.ts';
import { ROW_NEEDS } from './reject_files.ts';

const API_FORMATS: ReadonlySet<string> = new Set([DATA_API_V1.format, DATA_API_V2.format]);
const CHAIN_FORMATS: ReadonlySet<string> = new Set([
  POLY_DATA_ORDER_FILLED.format,
  POLY_DATA_TRADES.format,
  ARCHIVE_ORDER_FILLED.format,
]);

/** Whether trades came from the chain (amounts in millionths) and from the Data API (size and price, each rounded). */
function holdsBothRoundings({ inputs }: Manifest): boolean {
  const isFrom = (formats: ReadonlySet<string>): boolean => inputs.some(({ format }) => formats.has(format));
  return isFrom(API_FORMATS) && isFrom(CHAIN_FORMATS);
}

const LEFT_OUT_NAMES_MAX = 10;

/** Which files were left out, and why. Reports of earlier versions have no list of them. */
function formatLeftOut({ leftOut = [] }: Partial<Pick<ImportSummary, 'leftOut'>>): string[] {
  if (leftOut.length === 0) return [];
  const names = leftOut.slice(0, LEFT_OUT_NAMES_MAX).map(({ path, why }) => `${path} (${why})`);
  const more = leftOut.length > names.length ? ` and ${formatCount(leftOut.length - names.length)} more` : '';
  const files = leftOut.length === 1 ? '1 file that holds' : `${formatCount(leftOut.length)} files that hold`;
  const mendable = leftOut.find(({ hint }) => hint !== undefined);
  return [
    `Left out ${files} no data (--strict refuses them): ${names.join('; ')}${more}.`,
    ...(mendable === undefined ? [] : [`To read ${mendable.path}: ${mendable.hint}.`]),
  ];
}

function needOf(reason: string): string {
  const need = ROW_NEEDS[reason];
  return need === undefined ? '' : ` (${capital(reason)}: ${need}.)`;
}

/** The files of rejects; where there are many, the folder that holds them. */
function rejectFiles(paths: readonly string[]): string {
  return paths.length <= 3 ? paths.join(', ') : `${formatCount(paths.length)} files in ${dirname(paths[0])}`;
}

/** Lines that tell a person what the import did. */
export function formatImport(summary: ImportSummary, dataDir: string): string[] {
  const { trades, markets } = summary;
  const anonymousFills = formatAnonymousFills(summary.nAnonymousFills, trades.rows);
  const leftOut = formatLeftOut(summary);
  if (summary.isUpToDate)
    return [
      ...leftOut,
      `Nothing new: all files were imported before (${formatCount(trades.rows)} fills, ${formatCount(markets.rows)} markets in ${dataDir}).`,
      ...anonymousFills,
    ];
  const lines = [
    `Read ${formatCount(summary.nRowsRead)} rows of trades from ${summary.nFilesNew} new file${summary.nFilesNew === 1 ? '' : 's'}; ${formatCount(summary.nRowsAdded)} fills added, ${formatCount(trades.rows)} in all.`,
  ];
  lines.push(...leftOut, ...anonymousFills);
  const nRejected = Object.values(summary.rejects).reduce((a, b) => a + b, 0);
  if (nRejected > 0) {
    const reasons = Object.entries(summary.rejects).sort(([, a], [, b]) => b - a);
    lines.push(
      `Rejected ${formatCount(nRejected)} rows: ${reasons.map(([reason, n]) => `${formatCount(n)} ${reason}`).join(', ')}. They are kept in ${rejectFiles(summary.rejectFiles)}.${needOf(reasons[0][0])}`,
    );
  }
  if (summary.nNaiveTimes > 0)
    lines.push(
      `${formatCount(summary.nNaiveTimes)} time${summary.nNaiveTimes === 1 ? '' : 's'} came without a zone and ${summary.nNaiveTimes === 1 ? 'was' : 'were'} taken as ${summary.timeZone ?? 'UTC (if they are not, import again with --time-zone, for example --time-zone America/New_York)'}.`,
    );
  if (summary.nImpossibleTimes > 0)
    lines.push(
      `${formatCount(summary.nImpossibleTimes)} times of markets lie outside of 2015 to 2100 and were left out.`,
    );
  if (summary.nMended > 0)
    lines.push(
      `${formatCount(summary.nMended)} prices had been cut to a cent too little; they were put right by the price of the other outcome.`,
    );
  if (summary.nDropped > 0)
    lines.push(`Dropped ${formatCount(summary.nDropped)} rows that another file, or the table, had already.`);
  if (summary.nCrossSourceDuplicates > 0)
    lines.push(
      `Careful: ${formatCount(summary.nCrossSourceDuplicates)} fills count twice. They came from one file by token and from another by market, and nothing links the two: import a markets file too (poly_data markets.csv or Gamma), or delete the tables and import one of the two files.`,
    );
  if (holdsBothRoundings(trades))
    lines.push(
      'Careful: both on-chain rows and Data API rows were imported. They round differently, so a trade that came from both counts twice: delete the tables and import one of the two, unless they cover different days.',
    );
  if (summary.nDuplicateRowsKept > 0)
    lines.push(
      `Kept ${formatCount(summary.nDuplicateRowsKept)} rows that repeat an earlier row of the same file: the feed has no trade id, and equal fills in one second are real (the n-th occurrence is part of fill_id). --duplicate-rows drop makes them one.`,
    );
  const metrics = trades.metrics as {
    fills_in_derived_markets: number;
    /** Imports of earlier versions have no count of them. */
    fills_apart_from_market?: number;
    fills_with_estimated_times: number;
    markets_unaligned: number;
  };
  if (metrics.fills_with_estimated_times > 0)
    lines.push(
      `${formatCount(metrics.fills_with_estimated_times)} rows have times estimated between two known blocks: do not import the same trades from another source too, nothing could tell that they are the same.`,
    );
  if (metrics.fills_in_derived_markets > 0)
    lines.push(
      `${formatCount(metrics.fills_in_derived_markets)} fills are in markets that no markets file describes: what only such a file can tell (times, tags, result) is null there.`,
    );
  const nApart = metrics.fills_apart_from_market ?? 0;
  if (nApart > 0)
    lines.push(
      `${formatCount(nApart)} fills name a market that does not tell which of its outcomes they are: a third token or name, contradictions, a name of several markets. Each such token or name is a market of its own until a list of markets takes it in.`,
    );
  if (metrics.markets_unaligned > 0)
    lines.push(
      `${formatCount(metrics.markets_unaligned)} markets have a result, but nobody tells which token is which outcome: the result is left out.`,
    );
  lines.push(
    `Markets: ${formatCount(markets.rows)}. On disk: ${formatBytes(summary.diskBytes)} in ${join(dataDir, RAW_TRADES.folder)} and ${join(dataDir, MARKETS.folder)}.`,
  );
  return lines;
}

export function presentImport(summary: ImportSummary, { dataDir }: { readonly dataDir: string }): { lines: string[] } {
  return { lines: formatImport(summary, dataDir) };
}
