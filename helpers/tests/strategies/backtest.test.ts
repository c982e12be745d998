/** Whole back-tests on tapes whose truth is known: prices that are right, and prices that are three points too low. */
import { afterAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { replayTrades } from '../../replay/tape.ts';
import { type BacktestJob, backtest, type VariantRow, verdictOf } from '../../strategies/backtest.ts';
import { findOpportunities, openMarkets } from '../../strategies/opportunities.ts';
import { parseKinds } from '../../strategies/strategy_options.ts';
import { MARKETS, RAW_TRADES, WALLET_RED_FLAGS } from '../../tables/schemas.ts';
import { openTable, TableWriter } from '../../tables/table_store.ts';
import {
  commit,
  type FillSpec,
  frameOf,
  type MarketSpec,
  removeFolders,
  START_MS,
  writeTables,
} from '../features/tables.ts';

afterAll(removeFolders);

const HOUR = 3_600_000;
const QUIET = {
  note: () => {},
  result: () => {},
  warn: () => {},
  progress: () => ({ update: () => {}, done: () => {} }),
};

/**
 * Markets that open a quarter of an hour apart, trade twice at .82 and are resolved six hours later.
 * @param edge how much more often outcome 0 wins than its price says
 */
function writeWorld(edge: number, nMarkets: number, seed: number): string {
  const random = createRandom(seed);
  const fills: FillSpec[] = [];
  const markets: MarketSpec[] = [];
  for (let m = 0; m < nMarkets; m++) {
    const id = `m${m}`;
    const openMs = START_MS + (m * HOUR) / 4;
    for (let k = 0; k < 2; k++)
      fills.push({ market: id, at: openMs + k * 60_000, price: 0.82, shares: 10_000, wallet: `w${k}` });
    markets.push({
      id,
      resolvedMs: openMs + 6 * HOUR,
      winner: random.uniform() < 0.82 + edge ? 0 : 1,
      eventId: `e${m}`,
    });
  }
  return writeTables(fills, markets);
}

async function testWorld(edge: number, nMarkets: number, seed: number) {
  const dataDir = writeWorld(edge, nMarkets, seed);
  const trades = openTable(dataDir, RAW_TRADES);
  const markets = openMarkets(openTable(dataDir, MARKETS));
  const rules = {
    horizonMs: Number.POSITIVE_INFINITY,
    entryWindowMs: HOUR,
    staleMs: Number.POSITIVE_INFINITY,
    halfSpread: 0.005,
    minOrderUsd: 1,
  };
  const opportunities = await findOpportunities(
    { trades, flags: null },
    markets,
    ['favourite_longshot'],
    rules.halfSpread,
    QUIET,
  );
  const money = { bankrollUsd: 10_000, stakeUsd: 100, marketLimitUsd: 500, participation: 0.2 };
  const replay: BacktestJob['replay'] = (signals, strategies) =>
    replayTrades(
      { trades, marketCodes: markets.codes, markets: markets.markets, signals, rules, log: QUIET },
      strategies,
    );
  const job = {
    markets,
    replay,
    money,
    delayMs: 0,
    edgeRule: { nEventsMin: 30, z: 1.64 },
    nDraws: 5,
    seed,
  };
  const { rows, results } = await backtest(opportunities, job);
  const main = rows.find((row) => row.variant === 'main')!;
  return { main, rows, result: results[0] };
}

describe('a strategy on prices that are three points too low', () => {
  test('pays, and the interval holds the true return', async () => {
    const { main, result } = await testWorld(0.03, 4000, 101);
    expect(result.verdict).toBe('pays');
    // A share that wins with .85 is bought at .825.
    const truth = 0.85 / 0.825 - 1;
    expect(main.returnLow).toBeLessThan(truth);
    expect(main.returnHigh).toBeGreaterThan(truth);
    expect(result.brier.own).toBeLessThan(result.brier.market);
    // Every trade of this world has the edge: it is the price that pays.
    expect(result.beatsRandom).toBe(false);
  });

  test('loses when it is reversed', async () => {
    const { rows } = await testWorld(0.03, 2000, 102);
    const reverse = rows.find((row) => row.variant === 'reverse')!;
    expect(reverse.returnMean).toBeLessThan(0);
  });
});

describe('a strategy on prices that are right', () => {
  test.each([101, 109, 111])('does not pay (seed %i)', async (seed) => {
    const { result } = await testWorld(0, 1500, seed);
    expect(result.verdict).not.toBe('pays');
  });
});

describe('wallets with red flags', () => {
  test('are followed from the time that the flags are of, never before, and only those that are listed', async () => {
    const at = (hour: number, wallet: string): FillSpec => ({
      market: `m${hour}`,
      at: START_MS + hour * HOUR,
      wallet,
      price: 0.3,
    });
    const fills = [at(0, 'a'), at(1, 'a'), at(2, 'a'), at(3, 'b'), at(4, 'c')];
    const dataDir = writeTables(
      fills,
      fills.map(({ market }) => ({ id: market! })),
    );
    const asOf = START_MS + 2 * HOUR;
    const flag = (wallet: string, isListed: boolean) => ({
      ...{ wallet, as_of_ms: asOf, insider_evidence: 1, is_listed: isListed, market_id: 'm0', outcome_index: 0 },
    });
    const writer = new TableWriter(dataDir, WALLET_RED_FLAGS);
    writer.addPart('all', frameOf(WALLET_RED_FLAGS, [flag('a', true), flag('b', false)]), null);
    commit(writer);
    const tape = { trades: openTable(dataDir, RAW_TRADES), flags: openTable(dataDir, WALLET_RED_FLAGS) };
    const markets = openMarkets(openTable(dataDir, MARKETS));
    const [found] = await findOpportunities(tape, markets, ['whales'], 0, QUIET);
    expect([...found.tsMs]).toEqual([asOf]);
    expect(found.cellNames[found.cell[0]]).toBe('20 to 40 ¢, by a flagged wallet');
    const [without] = await findOpportunities({ ...tape, flags: null }, markets, ['whales'], 0, QUIET);
    expect(without.nRows).toBe(0);
  });
});

describe('a verdict', () => {
  const row = (own: Partial<VariantRow>): VariantRow => ({
    kind: 'whales',
    variant: 'main',
    nSignals: 100,
    nFilled: 100,
    nMarked: 0,
    nGroups: 50,
    states: null,
    returnMean: 0.05,
    returnLow: 0.01,
    returnHigh: 0.09,
    winRate: 0.5,
    totalReturn: 0.1,
    sharpeAnnual: 1,
    deflatedSharpe: 0.9,
    maxDrawdown: 0,
    recoveryDays: 0,
    holdingHours: 1,
    turnover: 1,
    feesUsd: 0,
    ...own,
  });
  const returns = (returnMean: number, returnLow: number, returnHigh: number) => ({
    returnMean,
    returnLow,
    returnHigh,
  });

  test.each([
    ['pays when the whole interval lies above 0', {}, 'pays'],
    ['is inconclusive when the interval holds 0', returns(0.05, -0.01, 0.11), 'inconclusive'],
    ['is inconclusive when trades gain and the bankroll does not', { totalReturn: -0.01 }, 'inconclusive'],
    ['is inconclusive in few events, whatever the interval', { nGroups: 9 }, 'inconclusive'],
    ['does not pay when the whole interval lies below 0', returns(-0.05, -0.1, -0.01), 'does not pay'],
    ['abstains without a pick', { nSignals: 0 }, 'abstains'],
  ] as const)('%s', (_, own, verdict) => {
    expect(verdictOf(row(own))).toBe(verdict);
  });
});

describe('the option --strategy', () => {
  test('takes one, several or all', () => {
    expect(parseKinds('whales, recency')).toEqual(['whales', 'recency']);
    expect(parseKinds('all')).toHaveLength(3);
  });

  test('takes what was recorded, but not beside what the tape tells', () => {
    expect(parseKinds('llm,weather')).toEqual(['llm', 'weather']);
    expect(() => parseKinds('llm,whales')).toThrow(expect.objectContaining({ hint: 'run them apart' }));
  });

  test('refuses speed, which lacks its data, and says what it needs', () => {
    expect(() => parseKinds('speed')).toThrow(
      expect.objectContaining({ tag: 'bad-option', hint: expect.stringMatching(/^it needs /) }),
    );
  });

  test('names the strategies that there are when it knows none of that name', () => {
    expect(() => parseKinds('magic')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('favourite_longshot') }),
    );
  });
});
