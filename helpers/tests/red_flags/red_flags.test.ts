import { afterAll, expect, it } from 'vitest';
import { findRedFlags } from '../../red_flags/red_flags.ts';
import { formatRedFlags, redFlagBlocks } from '../../red_flags/red_flags_report.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { WALLET_RED_FLAGS } from '../../tables/schemas.ts';
import { jobOf, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

/** `w1` to `w5` buy $100 to $1,500 of the winner in turn; `loser` $900 of the other outcome; `seller` sells. */
const FILLS = [
  ...[100, 200, 300, 400, 1500].map((usd, i) => ({
    wallet: `w${i + 1}`,
    at: START_MS + (i + 1) * HOUR_MS,
    shares: 2 * usd,
  })),
  { wallet: 'loser', at: START_MS + 6 * HOUR_MS, outcome: 1 as const, shares: 1800 },
  { wallet: 'seller', at: START_MS + 7 * HOUR_MS, side: 'SELL' as const },
];

it('ranks who reaches the floor, with reasons, names what the tape does not tell, and lists no more than the budget', async () => {
  const asOfMs = START_MS + 20 * HOUR_MS;
  const dataDir = writeTables(FILLS, [{ id: 'm', winner: 0, resolvedMs: START_MS + 10 * HOUR_MS }]);
  const job = { ...jobOf(dataDir, asOfMs), log: createLog({ quiet: true }) };
  const { frame, facts } = await findRedFlags(job, { floorUsd: 400, budget: 2 }, 1);
  expect(frame.columns).toEqual(WALLET_RED_FLAGS.columns.map(({ name }) => name));
  const rows = Object.fromEntries(
    (frame.toRecords() as Record<string, string | number | boolean | null>[]).map((row) => [String(row.wallet), row]),
  );
  expect(Object.keys(rows).sort()).toEqual(['loser', 'w1', 'w2', 'w3', 'w4', 'w5']);
  expect(['w3', 'w4', 'w5', 'loser'].map((name) => rows[name].rank)).toEqual([null, 2, 1, 3]);
  expect(['w4', 'w5', 'loser'].map((name) => rows[name].is_listed)).toEqual([true, true, false]);
  expect([rows.w3.reasons, typeof rows.loser.reasons]).toEqual([null, 'string']);
  expect(rows.w5.reasons).toMatch(/^[^;]+; [^;]+; [^;]+$/);
  expect([facts.nWallets, facts.nRanked, facts.missing]).toEqual([
    7,
    3,
    // No fill of a maker.
    [{ name: 'taker_pct', share: 1 }],
  ]);
  const lines = formatRedFlags(frame, facts).join('\n');
  expect(lines).toContain('Red flags rank 3 of 7 wallets');
  expect(lines).toContain('Left out, for the tape does not tell: takes or offers');
  const [verdict, paragraph] = redFlagBlocks(frame, facts);
  expect(verdict.kind === 'verdict' && verdict.text.split(' ').length).toBeLessThanOrEqual(30);
  expect(JSON.stringify(paragraph)).toContain('no false discovery rate is promised');
});
