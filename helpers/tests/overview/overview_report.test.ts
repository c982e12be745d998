import { existsSync, readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { publishSection, reportPath } from '../../charts/report.ts';
import { makeDataSection } from '../../overview/overview_report.ts';
import { createLog } from '../../run/console.ts';
import { emptyFrame } from '../../tables/schema.ts';
import { RAW_TRADES, WALLET_PROFILES } from '../../tables/schemas.ts';
import { TableWriter } from '../../tables/table_store.ts';
import { newFolder, removeFolders, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

it('makes a data section of an empty folder that says what is missing', async () => {
  const dataDir = newFolder();
  const { pictures } = await publishSection({ dataDir, log: createLog({ quiet: true }) }, makeDataSection(dataDir));
  expect(pictures.filter((path) => existsSync(path)).length).toBe(pictures.length);
  expect(readFileSync(reportPath(dataDir), 'utf8')).toContain('No trades have been imported');
});

it('makes a data section of empty tables, and tells rejects by reason', async () => {
  const dataDir = newFolder();
  const body = {
    step: 'import_trades',
    fingerprint: 'f',
    options: {},
    seed: 1,
    inputs: [],
    metrics: {},
    codeHash: 'c',
    startedMs: 0,
  };
  for (const [schema, rejects] of [
    [RAW_TRADES, { 'price outside 0..1': 3, 'no wallet': 9 }],
    [WALLET_PROFILES, {}],
  ] as const) {
    const writer = new TableWriter(dataDir, schema);
    writer.addPart('part', emptyFrame(schema), null);
    writer.commit([], { ...body, rejects });
  }
  const { blocks, dataWindow } = makeDataSection(dataDir);
  const table = blocks.find((block) => block.kind === 'table');
  expect(table?.rows).toEqual([
    ['no wallet', 9],
    ['price outside 0..1', 3],
  ]);
  expect(dataWindow).toBeUndefined();
});

it('says of a data section with fills of Kalshi how many name no wallet', () => {
  const markets = [{ id: 'k', venue: 'kalshi' as const }];
  const { blocks } = makeDataSection(writeTables([{}, { market: 'k', venue: 'kalshi', wallet: null }], markets));
  expect(blocks.filter((block) => block.kind === 'verdict').map(({ text }) => text)).toEqual([
    'Kalshi publishes no wallets: 1 of 2 fills have none; they count for markets, not for profiles.',
  ]);
});
