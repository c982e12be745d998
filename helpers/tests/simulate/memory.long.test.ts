import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Peak resident memory of a process that simulates, MiB. */
function peakMib(nTrades: number, format: string): number {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-memory-'));
  const source = join(import.meta.dirname, '../../simulate');
  const code = `
    import { resolveSimulateOptions } from ${JSON.stringify(join(source, 'options.ts'))};
    import { simulateMarket } from ${JSON.stringify(join(source, 'simulate_market.ts'))};
    const options = resolveSimulateOptions({ population: 'active', nTrades: ${nTrades}, nWallets: 2000, nMarkets: 400, format: '${format}' });
    await simulateMarket(options, ${JSON.stringify(join(root, 'out'))});
    process.stdout.write(String(process.resourceUsage().maxRSS / 1024));`;
  try {
    return Number(
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { encoding: 'utf8' }),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

// The 750,000 fills more are 200 MB of text: 60 MiB is what the garbage collector may be late with, not the rows.
it('memory does not grow with the number of trades', () => {
  expect(peakMib(1_000_000, 'csv') - peakMib(250_000, 'csv')).toBeLessThan(60);
});
