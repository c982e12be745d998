import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Marginal } from '../../simulate/marginals.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { CONTRACTS, type Fill, readCsv, readFills, readMarkets } from './raw_files.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-whole-'));
const folder = join(root, 'out');
const options = resolveSimulateOptions({ population: 'whole', nTrades: 100_000, seed: 4 });
let fills: Fill[] = [];
let marginals: readonly Marginal[] = [];

beforeAll(async () => {
  marginals = (await simulateMarket(options, folder)).marginals;
  fills = readFills(folder);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the simulated whole market', () => {
  it('has the shares of one-fill, one-market and small wallets, of extreme win rates and of bursts measured on tapes', () => {
    const judged = marginals.filter(({ name, applies }) => name.startsWith('all wallets') && applies);
    expect(judged.length).toBe(5);
    expect(judged.filter(({ isInside }) => !isInside)).toEqual([]);
    // The first three counted again, from the files.
    const marketOf = new Map(readMarkets(folder).flatMap((m) => m.tokens.map((token) => [token, m.id] as const)));
    const byWallet = new Map<string, Fill[]>();
    for (const fill of fills) byWallet.set(fill.maker, [...(byWallet.get(fill.maker) ?? []), fill]);
    const share = (isIn: (own: Fill[]) => boolean): number =>
      [...byWallet.values()].filter(isIn).length / byWallet.size;
    const counted = [
      share((own) => own.length === 1),
      share((own) => new Set(own.map(({ token }) => marketOf.get(token))).size === 1),
      share((own) => Number(own.reduce((sum, { usd }) => sum + usd, 0n)) / 1e6 / own.length < 5),
    ];
    judged.slice(0, 3).forEach(({ simulated }, i) => {
      expect(simulated).toBeCloseTo(counted[i], 12);
    });
  });

  it('gives as many rows as asked, N + 1 a match, with shares and money conserved', () => {
    expect(fills.length).toBe(options.nTrades);
    const matches = new Map<string, Fill[]>();
    for (const fill of fills) matches.set(fill.tx, [...(matches.get(fill.tx) ?? []), fill]);
    const isWrong = (match: Fill[]): boolean => {
      const taker = match.at(-1)!;
      const resting = match.slice(0, -1);
      const usdOf = ({ token, usd, shares }: Fill): bigint => (token === taker.token ? usd : shares - usd);
      return (
        resting.length === 0 ||
        !CONTRACTS.includes(taker.taker) ||
        resting.some(({ maker, taker: met }) => met !== taker.maker || maker === taker.maker) ||
        resting.reduce((sum, { shares }) => sum + shares, 0n) !== taker.shares ||
        resting.reduce((sum, row) => sum + usdOf(row), 0n) !== taker.usd
      );
    };
    expect([...matches.values()].filter(isWrong)).toEqual([]);
  });

  it('calls visitors casual', () => {
    const types = readCsv(join(folder, 'truth/wallets.csv')).map(({ type }) => type);
    expect(types.length).toBe(options.nWallets);
    expect(types.filter((type) => type === 'casual').length / types.length).toBeGreaterThan(0.95);
  });
});
