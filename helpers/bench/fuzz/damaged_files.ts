/** Raw files, damaged at random places, and what importing them comes to. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportSummary } from '../../import/import_summary.ts';
import { importTrades } from '../../import/import_trades.ts';
import type { Random } from '../../kernels/random.ts';
import { InputError } from '../../run/errors.ts';
import type { Run } from '../../run/script.ts';
import type { ImportSample } from './import_samples.ts';

/** What stands in data that people have touched. */
const ODDITIES = [
  ...['', '"', '""', "'", ',', ';', '\t', '\n', '\r', '\r\n', '\n\n\n', ' ', '\0', '\u202e', '\u001b[2J', '\ufeff'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '[[[[[[',
    '\\',
    '\\"',
    ':',
    'null',
    'true',
    'NaN',
    'Infinity',
    '-0',
    '0',
    '-1',
    '1e400',
    '4e6',
  ],
  ...[
    '1700000001.5',
    '99999999999999999999',
    '0x',
    '=1+1',
    '2026-02-30',
    'None',
    "['a",
    '__proto__',
    '"constructor":1,',
  ],
];
const N_CHANGES_MAX = 4;

/** A copy with some of its bytes changed, lost, doubled or put elsewhere. */
export function damageBytes(bytes: Buffer, random: Random): Buffer {
  let damaged = Buffer.from(bytes);
  const nChanges = 1 + random.integer(N_CHANGES_MAX);
  for (let i = 0; i < nChanges; i++) {
    const at = random.integer(damaged.length + 1);
    const to = Math.min(damaged.length, at + random.integer(1 + random.integer(60)));
    const before = damaged.subarray(0, at);
    const odd = Buffer.from(ODDITIES[random.integer(ODDITIES.length)]);
    const change = random.integer(7);
    if (change === 0 && damaged.length > 0) damaged[Math.min(at, damaged.length - 1)] = random.integer(256);
    else if (change === 1) damaged = Buffer.concat([before, damaged.subarray(to)]);
    else if (change === 2) damaged = Buffer.concat([before, odd, damaged.subarray(at)]);
    else if (change === 3) damaged = Buffer.concat([before, odd, damaged.subarray(to)]);
    else if (change === 4) damaged = Buffer.concat([before, damaged.subarray(at, to), damaged.subarray(at)]);
    else if (change === 5) damaged = Buffer.concat([before, damaged.subarray(to), damaged.subarray(at, to)]);
    else if (random.uniform() < 0.2) damaged = Buffer.from(before);
  }
  return damaged;
}

/** Rows of a text whose lines are rows, header and blank lines left out; null where quotes or brackets may join lines. */
function countLines(bytes: Buffer, isCsv: boolean): number | null {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  if (isCsv ? text.includes('"') || /^\s*[[{]/.test(text) : !/^\s*\{/.test(text)) return null;
  const blank = isCsv ? /^[,;\t|]*\r?$/ : /^\s*$/;
  const all = text.split('\n').filter((line) => !/^\r?$/.test(line));
  const kept = (isCsv ? all.slice(1) : all).filter((line) => !blank.test(line));
  return kept.length;
}

export interface DrawResult {
  /** `imported`, or the tag of an InputError. */
  readonly answer: string;
  /** What must not be, or null. */
  readonly failure: string | null;
  /** Whether the rows of the file were counted without the reader too. */
  readonly isCounted: boolean;
  readonly ms: number;
}

function failureOf({ nRowsRead, nRowsAdded, nDropped, rejects }: ImportSummary, nLines: number | null): string | null {
  const nRejected = Object.values(rejects).reduce((sum, n) => sum + n, 0);
  const counted = nRowsAdded + nDropped + nRejected;
  if (nRowsRead !== counted) return `${nRowsRead} rows read, ${counted} fills, duplicates and rejects`;
  return nLines !== null && nLines !== nRowsRead ? `${nLines} lines, ${nRowsRead} rows read` : null;
}

/**
 * Imports a damaged file into tables of its own.
 * @param run of the import step; its data folder is emptied
 * @param blockBytes small, so that blocks end everywhere
 */
export async function importDamaged(
  sample: ImportSample,
  bytes: Buffer,
  run: Run,
  blockBytes: number,
): Promise<DrawResult> {
  rmSync(run.dataDir, { recursive: true, force: true });
  mkdirSync(run.dataDir, { recursive: true });
  const path = join(run.dataDir, sample.name);
  writeFileSync(path, bytes);
  const startedMs = performance.now();
  const took = (): number => performance.now() - startedMs;
  try {
    const summary = await importTrades(run, [path], {
      format: null,
      columns: sample.columns,
      isStrict: true,
      context: { dataApiRole: null, timeZone: null },
      dropDuplicateRows: false,
      blockBytes,
    });
    const isOfTrades = !/gamma|clob|events/.test(sample.name);
    const nLines = sample.hasLines ? countLines(bytes, sample.name.endsWith('.csv')) : null;
    const failure = isOfTrades ? failureOf(summary, nLines) : null;
    return { answer: 'imported', failure, isCounted: nLines !== null, ms: took() };
  } catch (error) {
    if (error instanceof InputError) return { answer: error.tag, failure: null, isCounted: false, ms: took() };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { answer: 'stack trace', failure: stack.split('\n').slice(0, 3).join(' '), isCounted: false, ms: took() };
  }
}
