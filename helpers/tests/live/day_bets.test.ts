import { afterAll, beforeAll, expect, test } from 'vitest';
import { betsOf } from '../../alerts/rules/bets.ts';
import type { Bet, LiveFill } from '../../alerts/rules/facts.ts';
import { percentile } from '../../evaluate/percentile.ts';
import { dayBets } from '../../live/day_bets.ts';
import { daysOf } from '../../live/decide_window.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, type Table } from '../../tables/table_store.ts';
import { makeSandbox, type Row, type Sandbox } from '../import/sandbox.ts';

/** The largest BUY of each wallet at a percentile, USD, bet by bet. */
function largestBetCut(bets: readonly Bet[], percent: number): number {
  const largest = new Map<string, number>();
  for (const { wallet, side, amountUsd } of bets)
    if (side === 'BUY') largest.set(wallet, Math.max(amountUsd, largest.get(wallet) ?? 0));
  return percentile(Float64Array.from(largest.values()), percent);
}

const DAY = Date.UTC(2026, 10, 21);
const [ANN, BEN] = ['a', 'b'].map((letter) => `0x${letter.repeat(40)}`);

let sandbox: Sandbox;
let trades: Table;
beforeAll(async () => {
  sandbox = makeSandbox();
  let n = 0;
  const fill = (hour: number, wallet: string, usd: number, more: Record<string, unknown> = {}) => ({
    proxy_wallet: wallet,
    side: 'BUY',
    token_id: '1'.repeat(76),
    condition_id: `0x${'1'.repeat(64)}`,
    size: 2 * usd,
    price: 0.5,
    timestamp: (DAY + hour * 3_600_000) / 1000,
    title: 'Rain?',
    slug: 'rain',
    event_slug: 'rain',
    outcome: 'Yes',
    outcome_index: 0,
    transaction_hash: `0x${String(n++).padStart(64, '0')}`,
    ...more,
  });
  const twice = `0x${'f'.repeat(64)}`;
  const other = { outcome: 'No', outcome_index: 1, token_id: '2'.repeat(76) };
  const rows = [
    fill(-1, ANN, 900),
    fill(1, ANN, 200),
    fill(2, ANN, 150),
    fill(3, BEN, 100),
    fill(4, BEN, 40, other),
    fill(5, `0x${'c'.repeat(40)}`, 500, { transaction_hash: twice }),
    fill(5, `0x${'c'.repeat(40)}`, 500, { ...other, transaction_hash: twice }),
    fill(24, BEN, 5000),
  ];
  sandbox.write('trades.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  await sandbox.load();
  trades = openTable(sandbox.dataDir, RAW_TRADES);
});
afterAll(() => sandbox.remove());

const liveFill = (row: Row): LiveFill => ({
  fillId: String(row.fill_id),
  tsMs: Number(row.ts_ms),
  receivedMs: 7,
  venue: row.venue as string,
  marketId: row.market_id as string,
  eventId: row.event_id as string | null,
  outcomeIndex: Number(row.outcome_index) as 0 | 1,
  wallet: row.wallet as string,
  role: null,
  side: row.side as 'BUY',
  price: Number(row.price),
  shares: Number(row.shares),
  amountUsd: Number(row.amount_usd),
  tx: row.tx as string,
});
const amounts = (bets: readonly Bet[]) => bets.map(({ wallet, amountUsd }) => [wallet.slice(0, 3), amountUsd]);

test('the bets of a day are those of all its fills, less the small ones that no model asks for', async () => {
  const day = { fromMs: DAY, untilMs: DAY + 86_400_000 };
  const all = betsOf(
    sandbox
      .trades()
      .map(liveFill)
      .filter(({ tsMs }) => tsMs >= day.fromMs && tsMs < day.untilMs),
  );
  const known = { withHistory: new Set([ANN, `0x${'c'.repeat(40)}`]), watched: new Set<string>() };
  const found = await dayBets(trades, day, known, 7);
  expect(amounts(found.bets)).toEqual([
    ['0xa', 350],
    ['0xc', 500],
    ['0xc', 500],
  ]);
  expect(found.bets).toEqual(all.filter(({ amountUsd }) => amountUsd >= 350));
  expect(found.largestBetCutUsd).toBe(largestBetCut(all, 99));
  expect([...found.selfMatches]).toEqual([`0x${'f'.repeat(64)} 0x${'c'.repeat(40)}`]);
  // Of a wallet that a model asks for the largest bet comes, whatever its size.
  expect(amounts((await dayBets(trades, day, { ...known, watched: new Set([BEN]) }, 7)).bets)).toContainEqual([
    '0xb',
    100,
  ]);
  // Of a wallet without a past only what may be high conviction.
  expect((await dayBets(trades, day, { ...known, withHistory: new Set() }, 7)).bets).toEqual([]);
  const next = { fromMs: day.untilMs, untilMs: day.untilMs + 86_400_000 };
  expect(amounts((await dayBets(trades, next, { ...known, withHistory: new Set() }, 7)).bets)).toEqual([['0xb', 5000]]);
});

test('a window is cut at midnight UTC', () => {
  const hour = 3_600_000;
  expect(daysOf({ sinceMs: DAY - 5 * hour, untilMs: DAY + 30 * hour })).toEqual([
    { fromMs: DAY - 5 * hour, untilMs: DAY },
    { fromMs: DAY, untilMs: DAY + 24 * hour },
    { fromMs: DAY + 24 * hour, untilMs: DAY + 30 * hour },
  ]);
});
