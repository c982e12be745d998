import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeParquetFile } from '../../polars/parquet_file.ts';
import { pl } from '../../polars/polars.ts';
import { estimateRows } from '../../slurm/data_size.ts';
import { refusal } from '../refusal.ts';

let raw: string;
beforeEach(() => {
  raw = mkdtempSync(join(tmpdir(), 'spyhop-raw-'));
});
afterEach(() => rmSync(raw, { recursive: true, force: true }));

/** A Parquet file of so many rows. */
function writeRows(path: string, nRows: number): void {
  writeParquetFile(pl.DataFrame({ price: Array.from({ length: nRows }, (_, i) => i / nRows) }), path);
}

describe('the size of data', () => {
  test('is told by the sizes of text and of gzip, and a folder without data is refused', () => {
    expect(refusal(() => estimateRows(raw))).toMatch(/^empty-input: /);
    writeFileSync(join(raw, 'a.csv'), 'x'.repeat(25_000));
    expect(estimateRows(raw)).toBe(100);
    writeFileSync(join(raw, 'b.csv.gz'), gzipSync(''));
    expect(estimateRows(raw)).toBe(101);
  });

  test('is never told too low by five million rows of orderFilled, 1.27 GB, nor by more than a twentieth too high', () => {
    const bytesPerRow = 1.27e9 / 5e6;
    writeFileSync(join(raw, 'a.csv'), 'x'.repeat(bytesPerRow * 1000));
    expect(estimateRows(raw)).toBeGreaterThanOrEqual(1000);
    expect(estimateRows(raw)).toBeLessThan(1050);
  });

  test('is counted in Parquet, whatever a row weighs and whatever the file is called', () => {
    writeRows(join(raw, 'a.parquet'), 1234);
    writeRows(join(raw, 'b.csv'), 100);
    expect(estimateRows(raw)).toBe(1334);
  });

  test('of very many Parquet files is told by some of them, and the others are not opened', () => {
    writeRows(join(raw, '1000.parquet'), 50);
    const damaged = readFileSync(join(raw, '1000.parquet')).fill(0, 4);
    for (let name = 1001; name < 1250; name++) {
      const path = join(raw, `${name}.parquet`);
      if (name % 2 === 0) copyFileSync(join(raw, '1000.parquet'), path);
      else writeFileSync(path, damaged);
    }
    expect(estimateRows(raw)).toBe(250 * 50);
  });

  test('is refused where a Parquet file is damaged, by its name', () => {
    writeFileSync(join(raw, 'a.parquet'), `PAR1${'x'.repeat(3000)}`);
    expect(refusal(() => estimateRows(raw))).toMatch(/^corrupt-file: .*a\.parquet cannot be read as Parquet$/);
  });
});
