import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Staging } from '../../import/staging.ts';
import { pl } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { conform } from '../../tables/schema.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { TableWriter } from '../../tables/table_store.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-staging-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FIRST_DAY = 20_458;

/** Canonical rows at the given moments, each a different fill. */
function fillsAt(times: readonly number[]) {
  const n = times.length;
  const same = (value: unknown): unknown[] => Array.from({ length: n }, () => value);
  const frame = pl.DataFrame({
    ts_ms: [...times],
    venue: same('polymarket'),
    market_id: same('m'),
    event_id: same('e'),
    outcome_index: same(0),
    wallet: same('a'),
    role: same('taker'),
    side: same('BUY'),
    price: same(0.5),
    shares: same(1),
    amount_usd: same(0.5),
    fee_usd: same(0),
    tx: same('t'),
    block_number: same(null),
    log_index: same(null),
    fill_id: times.map((ms) => ms - FIRST_DAY * DAY_MS),
  });
  return conform(frame, RAW_TRADES);
}

describe('Staging', () => {
  it('bounds a day that went through the scratch folder by its true first and last moment', async () => {
    const staging = new Staging(join(folder, 'scratch'), false, { memoryRows: 3, dayRows: 1000 });
    const days = [FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 2];
    await staging.add(0, fillsAt(days.flatMap((day) => [day * DAY_MS, day * DAY_MS + 5, (day + 1) * DAY_MS - 1])));
    await staging.flush();
    const writer = new TableWriter(folder, RAW_TRADES);
    for (const day of staging.dayNumbers()) await staging.finishDay(day, null, null, writer);
    const body = {
      step: 'import_trades',
      fingerprint: '',
      options: {},
      seed: 1,
      inputs: [],
      rejects: {},
      metrics: {},
      codeHash: '',
      startedMs: 0,
    };
    const { parts } = writer.commit([], body);
    expect(parts.map(({ minTsMs, maxTsMs }) => [minTsMs, maxTsMs])).toEqual(
      days.map((day) => [day * DAY_MS, (day + 1) * DAY_MS - 1]),
    );
  });
});
