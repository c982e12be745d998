import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judge, runTrader, startRoughExchange } from './rough_exchange.ts';

const N_ORDERS = Number(process.env.ORDERS ?? 60);

it(`${N_ORDERS} orders with every fault mixed are sent once each, and the ledger is the exchange's to the micro-dollar`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-desk-'));
  const rough = await startRoughExchange(1);
  const { url, feedUrl, pem } = rough;
  try {
    const options = { url, feedUrl, pem, folder, seed: 1, nOrders: N_ORDERS };
    const report = await runTrader(options, async () => rough.calm());
    expect(judge(rough, report)).toEqual([]);
    // Which of the nine kinds of fault are met depends on how fast the machine is.
    expect(rough.double.met.size).toBeGreaterThanOrEqual(6);
    expect(rough.exchange.matching.fills.length).toBeGreaterThan(N_ORDERS / 10);
    expect(report.states).toMatchObject({ done: expect.any(Number), refused: expect.any(Number) });
  } finally {
    await rough.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 3_600_000);
