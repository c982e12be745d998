import { describe, expect, it } from 'vitest';
import { InputError } from '../../run/errors.ts';
import { resolveSimulateOptions, type SimulateRequest, simulatedPeriod } from '../../simulate/options.ts';

describe('simulator options', () => {
  it('follow the number of trades where they are left out', () => {
    const options = resolveSimulateOptions({ nTrades: 1_000_000, population: 'active' });
    expect(options).toMatchObject({
      nWallets: 10_000,
      nMarkets: 2000,
      nDays: 60,
      difficulty: 0.5,
      seed: 1,
      format: 'csv',
    });
  });

  it('make the whole market unless told otherwise, with wallets that come the seldomer anew the longer it lasts', () => {
    const [small, large] = [200_000, 3_200_000].map((nTrades) => resolveSimulateOptions({ nTrades }));
    expect([small.population, small.nWallets]).toEqual(['whole', 8000]);
    // 16 times the fills: 16^.75 = 8 times the wallets.
    expect(large.nWallets).toBe(64_000);
  });

  it('take difficulty by name or number', () => {
    const difficulties = ['easy', 'medium', 'hard', '0.25', 0.75].map(
      (d) => resolveSimulateOptions({ difficulty: d }).difficulty,
    );
    expect(difficulties).toEqual([0, 0.5, 1, 0.25, 0.75]);
  });

  it('put the end of the period at midnight UTC in any time zone', () => {
    const period = simulatedPeriod(resolveSimulateOptions({ endDate: '2026-03-01', nDays: 2 }));
    expect(period).toEqual({ startS: Date.UTC(2026, 1, 27) / 1000, endS: Date.UTC(2026, 2, 1) / 1000 });
  });

  it.each<[string, SimulateRequest]>([
    ['--trades', { nTrades: 1 }],
    ['--trades', { nTrades: 1.5 }],
    ['--trades', { nTrades: Number.NaN }],
    ['--wallets', { nWallets: 3 }],
    ['--markets', { nMarkets: 0 }],
    ['--markets', { nMarkets: 1000, nTrades: 10 }],
    ['--days', { nDays: -1 }],
    ['--seed', { seed: -1 }],
    ['--difficulty', { difficulty: 'impossible' }],
    ['--difficulty', { difficulty: '' }],
    ['--difficulty', { difficulty: 1.01 }],
    ['--difficulty', { difficulty: Number.NaN }],
    ['--insiders', { insiderShare: -0.01 }],
    ['--insiders', { insiderShare: 0.6 }],
    ['--insiders', { insiderShare: Number.NaN }],
    ['--end-date', { endDate: 'tomorrow' }],
    ['--end-date', { endDate: '2026-13-01' }],
    ['--population', { population: 'everybody' as 'whole' }],
    ['--format', { format: 'xml' as 'csv' }],
  ])('are refused with the option %s named: %j', (name, request) => {
    let thrown: unknown;
    try {
      resolveSimulateOptions(request);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as InputError).tag).toBe('bad-option');
    expect((thrown as InputError).message).toContain(name);
  });
});
