import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTradeDatabase, type TradeDatabase } from '../../../trade/ledger/database.ts';
import { Ledger } from '../../../trade/ledger/ledger.ts';
import { rejection } from '../../refusal.ts';
import { ledgerConformance } from './conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-ledger-'));
let database: TradeDatabase;
beforeAll(async () => {
  database = await openTradeDatabase(undefined, folder);
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the ledger in PGlite', () => {
  ledgerConformance(() => database);

  it('is refused to a second process', async () => {
    expect(await rejection(() => openTradeDatabase(undefined, folder))).toMatch(/^busy/);
  });

  it('is there again when it is opened again', async () => {
    const before = await (await Ledger.open(database)).summary();
    await database.close();
    database = await openTradeDatabase(undefined, folder);
    expect(await (await Ledger.open(database)).summary()).toEqual(before);
  });

  it('says what is wrong with an address that is none', async () => {
    expect(await rejection(() => openTradeDatabase('mysql://x', folder))).toMatch(/^bad-option: DATABASE_URL/);
  });
});
