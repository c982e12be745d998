import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openBaselineStore } from '../../baselines/open_store.ts';
import { openDatabase } from '../../sqlite/database.ts';
import { baseline, storeConformance } from './store_conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-baselines-'));
const path = join(folder, 'baselines.sqlite');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const open = () => openBaselineStore(`sqlite:${path}`, () => undefined);

storeConformance(open, async () => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
});

it('leaves out a baseline that cannot be read', async () => {
  const store = await open();
  await store.save(new Map([['good', baseline(1)]]));
  const db = openDatabase(path, '');
  db.exec(`INSERT OR REPLACE INTO baselines VALUES ('bad', 1, '{"mean": "much"}')`);
  expect([...(await store.load()).keys()]).toContain('good');
  expect([...(await store.load()).keys()]).not.toContain('bad');
  await store.close();
  db.close();
});

it.each(['', 'sqlite:', 'memcached://x'])('an address that is no store is refused: %j', async (url) => {
  await expect(openBaselineStore(url, () => undefined)).rejects.toMatchObject({ tag: 'bad-option' });
});
