import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { MARKETS, RAW_TRADES, WASH_RINGS } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { readMatches } from '../../wash/read_matches.ts';
import { type FillSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { type HandMatch, openMarket, ringTurns } from './hand_matches.ts';

afterAll(removeFolders);

/** The rows of matches as they are on chain: the maker's and the taker's; every other match mints a pair. */
function toFills(matches: readonly HandMatch[]): FillSpec[] {
  return matches.flatMap(([taker, maker, shares, market, way], i): FillSpec[] => {
    const shared = { tx: `0x${i}`, shares, market: `m${market}`, at: START_MS + 1000 * i };
    const isMint = i % 2 === 0;
    return [
      {
        ...shared,
        wallet: `w${maker}`,
        role: 'maker',
        side: isMint === (way === 1) ? 'BUY' : 'SELL',
        outcome: isMint ? 1 : 0,
      },
      { ...shared, wallet: `w${taker}`, role: 'taker', side: way === 1 ? 'BUY' : 'SELL' },
    ];
  });
}

function run(dataDir: string, ...args: string[]) {
  const script = '2_unsupervised_discovery/06-3_detect_wash_trading.ts';
  const folders = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models')];
  const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', script, ...folders, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('matches of a tape', () => {
  it('are one per maker of a transaction with one taker; others are counted and left out', async () => {
    const fills: FillSpec[] = [
      { wallet: 'm1', role: 'maker', side: 'SELL', shares: 4, tx: 'a' },
      { wallet: 'm2', role: 'maker', side: 'BUY', outcome: 1, shares: 6, tx: 'a' },
      { wallet: 't', role: 'taker', side: 'BUY', shares: 10, tx: 'a' },
      // Two takers: nobody knows who met whom.
      { wallet: 'm1', role: 'maker', side: 'BUY', shares: 5, tx: 'b' },
      { wallet: 't', role: 'taker', side: 'SELL', shares: 2, tx: 'b' },
      { wallet: 'u', role: 'taker', side: 'SELL', shares: 3, tx: 'b' },
      // A taker alone, and a row without a transaction.
      { wallet: 'v', role: 'taker', tx: 'c' },
      { wallet: 'm1', role: 'maker' },
    ];
    const dataDir = writeTables(fills);
    const markets = readTable(openTable(dataDir, MARKETS));
    const { matches, names, counts } = await readMatches(openTable(dataDir, RAW_TRADES), markets, START_MS + 1);
    expect(counts).toEqual({ nFills: 8, nMatchedFills: 3, nMatches: 2, nWallets: 3 });
    expect(Array.from(matches.taker, (i) => names[i])).toEqual(['t', 't']);
    expect(Array.from(matches.maker, (i) => names[i])).toEqual(['m1', 'm2']);
    expect([[...matches.shares], [...matches.direction]]).toEqual([
      [4e6, 6e6],
      [1, 1],
    ]);
  });
});

it('matches of a feed that tells no roles are those of the chain, the two sides of a pair in either order', async () => {
  const [t, m1, m2] = [{ wallet: 't' }, { wallet: 'm1' }, { wallet: 'm2' }];
  const fills: FillSpec[] = [
    { ...m1, role: 'maker', side: 'SELL', shares: 4, tx: 'a' },
    { ...m2, role: 'maker', side: 'BUY', outcome: 1, shares: 6, tx: 'a' },
    { ...t, role: 'taker', side: 'BUY', shares: 10, tx: 'a' },
    { ...m1, role: 'maker', side: 'BUY', shares: 5, tx: 'b' },
    { ...t, role: 'taker', side: 'SELL', shares: 5, tx: 'b' },
  ];
  const read = async (rows: readonly FillSpec[]) => {
    const dataDir = writeTables(rows);
    const markets = readTable(openTable(dataDir, MARKETS));
    const { matches, names } = await readMatches(openTable(dataDir, RAW_TRADES), markets, START_MS + 1);
    return Array.from(matches.taker, (taker, i) => {
      const [a, b] = [names[taker], names[matches.maker[i]]];
      // Who of a pair took is not known: the one that gains exposure to outcome 0 comes first.
      return [...(matches.direction[i] === 1 ? [a, b] : [b, a]), matches.shares[i]];
    }).sort();
  };
  const untold = fills.map((fill) => ({ ...fill, role: null }));
  expect(await read(untold)).toEqual(await read(fills));
  // Sizes that do not add up, and a row alone, say nothing.
  expect(await read([{ ...t, role: null, shares: 9, tx: 'a' }, ...untold.slice(0, 2)])).toEqual([]);
  expect(await read([{ ...t, role: null, tx: 'c' }])).toEqual([]);
});

describe('06-3_detect_wash_trading', () => {
  it('flags the planted ring in the table, the terminal and the report', () => {
    const matches = [...openMarket(1500, 100, 10, 1), ...ringTurns([0, 1, 2, 3], 60, 40, 2)];
    const dataDir = writeTables(toFills(matches));
    const { status, stdout } = run(dataDir);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Flagged for wash trading: 1 ring of 4 wallets')]);
    const table = readTable(openTable(dataDir, WASH_RINGS));
    const flags = toNumbers(table, 'is_flagged');
    expect(toTexts(table, 'wallet').filter((_, i) => flags[i] === 1)).toEqual(['w0', 'w1', 'w2', 'w3']);
    expect(toTexts(table, 'reason')[0]).toMatch(
      /^100 % of its volume is with a group of 4 wallets, and 100 % of that left/,
    );
    const section = JSON.parse(readFileSync(join(dataDir, 'reports', 'sections', '0063-wash_trading.json'), 'utf8'));
    expect(section.blocks[0].text).toContain('1 ring of 4 wallets');
    const before = readFileSync(join(dataDir, WASH_RINGS.folder, 'manifest.json'), 'utf8');
    expect(run(dataDir, '--force').status).toBe(0);
    const sha = (text: string): string => JSON.parse(text).parts[0].sha256;
    expect(sha(readFileSync(join(dataDir, WASH_RINGS.folder, 'manifest.json'), 'utf8'))).toBe(sha(before));
  });

  it('finds nothing in an open market and says so', () => {
    const { status, stdout } = run(writeTables(toFills(openMarket(400, 60, 0, 3))));
    expect([status, stdout]).toEqual([0, expect.stringContaining('Flagged for wash trading: 0 rings')]);
  });

  it('is skipped with the reason where only takers are known', () => {
    const dataDir = writeTables([
      { wallet: 'a', tx: 'x' },
      { wallet: 'b', tx: 'y' },
    ]);
    const { status, stdout } = run(dataDir);
    expect([status, stdout]).toEqual([0, expect.stringContaining('nobody knows who traded with whom')]);
    expect(existsSync(join(dataDir, WASH_RINGS.folder, 'manifest.json'))).toBe(false);
  });
});
