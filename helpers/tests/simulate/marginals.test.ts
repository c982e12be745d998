import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { USDC } from '../../simulate/fill_sink.ts';
import type { Marginal } from '../../simulate/marginals.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { WalletStatistics } from '../../simulate/wallet_statistics.ts';

describe('wallet statistics', () => {
  it('agree with a case counted by hand', () => {
    // Wallets 0 and 1 trade six markets; 2 and 3 are the exchanges' numbers.
    const statistics = new WalletStatistics(2, 6);
    for (let market = 0; market < 6; market++) {
      const [yes, no] = [market * 2, market * 2 + 1];
      statistics.beginMatch(1000 * market);
      // 0 waits to buy "no" at .4, 1 comes and buys "yes" at .6: a mint of ten shares.
      statistics.fill(0, USDC, 4e6, 1, no, 10e6);
      statistics.fill(1, USDC, 6e6, 2, yes, 10e6);
    }
    statistics.beginMatch(5060);
    // 1 comes and sells 0 its "yes" of market 5 for .9.
    statistics.fill(0, USDC, 9e6, 1, 10, 10e6);
    statistics.fill(1, 10, 10e6, 2, USDC, 9e6);
    // "Yes" wins in markets 0, 1 and 5; market 4 stays open, which leaves five.
    const samples = statistics.samples((market) => (market === 4 ? Number.NaN : [1, 1, 0, 0, 0, 1][market]));
    expect([...samples.nFills]).toEqual([7, 7]);
    expect(samples.meanUsd[0]).toBeCloseTo((6 * 4 + 9) / 7, 12);
    expect(samples.meanUsd[1]).toBeCloseTo((6 * 6 + 9) / 7, 12);
    expect(samples.marketsByFills).toEqual([
      { nFills: 7, nMarkets: 6 },
      { nFills: 7, nMarkets: 6 },
    ]);
    expect(samples.nMatches).toBe(7);
    expect(samples.matchesByMakers[1]).toBe(7);
    // Wallet 0: no wins in 2 and 3; market 5 costs 4 + 9 and pays 10. Wallet 1: yes wins in 0, 1, and 5 was sold for 9.
    expect([...samples.winRate]).toEqual([2 / 5, 3 / 5]);
    expect(samples.roi[0]).toBeCloseTo((-4 - 4 + 6 + 6 - 3) / (5 * 4 + 9), 12);
    expect(samples.roi[1]).toBeCloseTo((4 + 4 - 6 - 6 + 3) / (5 * 6), 12);
    // Six resolved positions of 0, all held; five of 1, one sold.
    expect([...samples.heldShare]).toEqual([1, 4 / 5]);
  });

  it('give nothing for nothing', () => {
    const samples = new WalletStatistics(5, 3).samples(() => 1);
    expect(samples.nFills.length + samples.roi.length + samples.nMatches).toBe(0);
  });
});

describe('marginals', () => {
  it('of a moderate run lie inside their bounds', async () => {
    const root = mkdtempSync(join(tmpdir(), 'spyhop-marginals-'));
    try {
      const options = resolveSimulateOptions({
        population: 'active',
        nTrades: 600_000,
        nWallets: 4000,
        nMarkets: 1200,
      });
      const { marginals } = await simulateMarket(options, join(root, 'out'));
      expect(marginals.every((m) => m.applies)).toBe(true);
      expect(marginals.filter((m) => !m.isInside)).toEqual([]);
      expect(JSON.parse(readFileSync(join(root, 'out/marginals.json'), 'utf8')) as Marginal[]).toEqual(marginals);
      const page = readFileSync(join(root, 'out/marginals.md'), 'utf8');
      for (const m of marginals) expect(page).toContain(`| ${m.name} |`);
      expect(page).toContain(`${marginals.length} of ${marginals.length} judged figures`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
