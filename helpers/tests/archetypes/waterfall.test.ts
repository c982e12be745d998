import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { nameCentre, nameCluster, rankAmong, rankCentre } from '../../archetypes/naming.ts';
import { assignWaterfall } from '../../archetypes/waterfall.ts';
import { shiftThresholds } from '../../discovery/threshold_shifts.ts';
import { percentile } from '../../evaluate/percentile.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { refusal } from '../refusal.ts';

const executor = createExecutor({ nThreads: 1 });

interface Wallet {
  aggression: number;
  tenure: number;
  frequency: number;
  markets: number;
  winRate: number | null;
  top: number;
}

/** Casual wallets that differ a little from each other. */
const casual = (i: number): Wallet => ({
  aggression: 20,
  tenure: 30,
  frequency: 0.5 + (i % 5) / 50,
  markets: 8 + (i % 3),
  winRate: 40 + (i % 7),
  top: 40 + (i % 4),
});
const insider = (i: number): Wallet => ({ ...casual(i), frequency: 0.1, markets: 2, winRate: 98 + (i % 2), top: 90 });

function profilesOf(wallets: readonly Wallet[]) {
  return pl.DataFrame({
    wallet: wallets.map((_, i) => `0x${i}`),
    aggression_avg_usd: pl.Series(
      'a',
      wallets.map((w) => w.aggression),
      pl.Float64,
    ),
    tenure_days: pl.Series(
      't',
      wallets.map((w) => w.tenure),
      pl.Float64,
    ),
    frequency_trades_daily: pl.Series(
      'f',
      wallets.map((w) => w.frequency),
      pl.Float64,
    ),
    diversification_markets_count: pl.Series(
      'm',
      wallets.map((w) => w.markets),
      pl.Int64,
    ),
    win_rate_pct: pl.Series(
      'w',
      wallets.map((w) => w.winRate),
      pl.Float64,
    ),
    top_market_share_pct: pl.Series(
      's',
      wallets.map((w) => w.top),
      pl.Float64,
    ),
  });
}

const casuals = Array.from({ length: 100 }, (_, i) => casual(i));
const insiders = Array.from({ length: 15 }, (_, i) => insider(i));
const two = { ...DEFAULT_THRESHOLDS, nClusters: 2 };
const waterfall = (wallets: readonly Wallet[], thresholds = two) =>
  assignWaterfall(profilesOf(wallets), thresholds, 1, executor);

describe('assignWaterfall', () => {
  it('calls a wallet a fresh whale at $1,000 a fill and below 7 days, not at 7 days or $999', () => {
    const whales = [
      { ...casual(0), aggression: 1000, tenure: 6.99 },
      { ...casual(0), aggression: 1000, tenure: 7 },
      { ...casual(0), aggression: 999.99, tenure: 1 },
    ];
    const { archetypes, targets } = waterfall([...whales, ...casuals, ...insiders]);
    expect(archetypes.slice(0, 3)).toEqual(['fresh_whale', 'casual', 'casual']);
    expect(targets.slice(0, 2)).toEqual([3, 0]);
  });

  it('calls a wallet a grinder above the percentile in frequency or in markets', () => {
    const grinders = [
      { ...casual(0), frequency: 50 },
      { ...casual(0), markets: 300 },
    ];
    const { archetypes, rules } = waterfall([...grinders, ...casuals, ...insiders]);
    expect(archetypes.slice(0, 2)).toEqual(['grinder', 'grinder']);
    expect(rules[0]).toBe('grinder');
  });

  it('asks for the whale before the grinder', () => {
    const both = { ...casual(0), aggression: 5000, tenure: 1, frequency: 500 };
    expect(waterfall([both, ...casuals, ...insiders]).archetypes[0]).toBe('fresh_whale');
  });

  it('names the winning, narrow, slow cluster insider-like and the other casual', () => {
    const { archetypes, targets, skippedReason: why } = waterfall([...casuals, ...insiders]);
    expect(why).toBeNull();
    expect(archetypes.slice(100)).toEqual(new Array(15).fill('insider_like'));
    expect(targets[100]).toBe(2);
    expect(archetypes.slice(0, 100).filter((name) => name === 'insider_like')).toEqual([]);
  });

  it('leaves a wallet without a win rate unnamed, in no cluster and out of training, and the others as they were', () => {
    const unrated = [...insiders, ...casuals.slice(0, 30)].map((w) => ({ ...w, winRate: null }));
    const known = waterfall([...casuals, ...insiders]);
    const result = waterfall([...casuals, ...insiders, ...unrated]);
    expect(result.archetypes.slice(0, 115)).toEqual(known.archetypes);
    expect(new Set(result.archetypes.slice(115))).toEqual(new Set(['unnamed']));
    expect(new Set(result.rules.slice(115))).toEqual(new Set(['no win rate']));
    expect(new Set(result.targets.slice(115))).toEqual(new Set([null]));
    expect(new Set(result.clusters.slice(115))).toEqual(new Set([-1]));
    expect(result.named).toEqual(known.named);
  });

  it('calls a wallet without a win rate a fresh whale or a grinder all the same', () => {
    const whale = { ...casual(0), aggression: 1000, tenure: 1, winRate: null };
    const grinder = { ...casual(0), frequency: 50, winRate: null };
    const { archetypes } = waterfall([whale, grinder, ...casuals, ...insiders]);
    expect(archetypes.slice(0, 2)).toEqual(['fresh_whale', 'grinder']);
  });

  it('ranks a cluster of tied win rates at the middle of the tie', () => {
    const losers = Array.from({ length: 60 }, (_, i) => ({ ...insider(i), winRate: 0, top: 90 + (i % 3) }));
    const { named } = waterfall([...losers, ...casuals.slice(0, 40)]);
    const lost = named.find(({ centre }) => centre[0] === 0)!;
    expect([lost.nWallets, lost.centre[1], lost.ranks]).toEqual([
      60,
      2,
      { winRate: 0.3, diversification: 0.3, frequency: 0.3 },
    ]);
  });

  it('finds the same groups with DBSCAN and leaves a stray wallet unnamed as noise', () => {
    const stray = { ...casual(0), winRate: 0, frequency: 0.01, markets: 1, top: 1 };
    const method = { kind: 'dbscan', eps: 1, minSamples: 5 } as const;
    const result = assignWaterfall(profilesOf([...casuals, ...insiders, stray]), two, 1, executor, method);
    expect(result.archetypes.slice(100, 115)).toEqual(new Array(15).fill('insider_like'));
    expect([result.archetypes[115], result.rules[115], result.targets[115]]).toEqual(['unnamed', 'noise', null]);
  });

  it.each([
    ['three wallets (of which one is a grinder)', casuals.slice(0, 3), '2 wallets are too few for 2 clusters'],
    ['no wallets', [], '0 wallets are too few for 2 clusters'],
    [
      'no resolved market',
      casuals.map((w) => ({ ...w, winRate: null })),
      'no wallet that is left has a win rate, because none of their markets is known to have resolved',
    ],
    ['wallets all alike', new Array(50).fill(casual(0)), 'the wallets have fewer than 2 different profiles'],
  ])('does not cluster %s, says why and names nobody', (_, wallets, why) => {
    const result = waterfall(wallets);
    expect(result.skippedReason).toBe(why);
    expect(new Set(result.archetypes.filter((name) => name !== 'grinder'))).toEqual(
      new Set(wallets.length === 0 ? [] : ['unnamed']),
    );
  });

  it('survives a profile that is NaN everywhere', () => {
    const nothing = { aggression: NaN, tenure: NaN, frequency: NaN, markets: 1, winRate: null, top: NaN };
    expect(waterfall([nothing, ...casuals, ...insiders]).archetypes).toHaveLength(116);
  });

  it('names the column that a profile table lacks', () => {
    const frame = profilesOf([...casuals, ...insiders]).drop('top_market_share_pct');
    expect(refusal(() => assignWaterfall(frame, two, 1, executor))).toContain('lacks column top_market_share_pct');
  });
});

describe('naming', () => {
  const ranks = { winRate: 0.9, diversification: 0.2, frequency: 0.2 };
  it.each([
    ['insider_like', ranks],
    ['casual', { ...ranks, winRate: 0.74 }],
    ['unnamed', { ...ranks, diversification: 0.7 }],
    ['unnamed', { ...ranks, frequency: 0.7 }],
    ['unnamed', { ...ranks, winRate: Number.NaN }],
  ])('says %s of %o', (name, given) => expect(nameCluster(given, DEFAULT_THRESHOLDS)).toBe(name));

  it.each([
    ['fresh_whale', { aggressionUsd: 1500, tenureDays: 2, frequency: 99, markets: 1 }],
    ['grinder', { aggressionUsd: 1500, tenureDays: 9, frequency: 11, markets: 1 }],
    ['grinder', { aggressionUsd: 10, tenureDays: 9, frequency: 1, markets: 51 }],
    ['insider_like', { aggressionUsd: 10, tenureDays: 9, frequency: 1, markets: 1 }],
  ])('applies the waterfall to a centre: %s', (name, centre) => {
    expect(nameCentre(centre, ranks, { frequency: 10, markets: 50 }, DEFAULT_THRESHOLDS)).toBe(name);
  });

  it('ranks a value among others with ties counted half', () => {
    expect(rankAmong(Float64Array.from([1, 2, 2, 3]), 2)).toBe(0.5);
    expect(rankAmong(Float64Array.from([1, 2]), 9)).toBe(1);
    expect(rankAmong(new Float64Array(0), 1)).toBeNaN();
  });

  it('ranks a centre that rounding moved off a tie as if it lay on it', () => {
    const sorted = Float64Array.from([0, 0, 0, 0.3, 50, 50, 100]);
    for (const error of [0, 1e-14, -1e-14]) {
      expect(rankCentre(sorted, error)).toBe(1.5 / 7);
      expect(rankCentre(sorted, 0.3 + error)).toBe(3.5 / 7);
      expect(rankCentre(sorted, 50 * (1 + error))).toBe(5 / 7);
    }
    const centre = { aggressionUsd: 10, tenureDays: 9, frequency: 0.3 + 1e-14, markets: 1 + 1e-14 };
    expect(nameCentre(centre, ranks, { frequency: 0.3, markets: 1 }, DEFAULT_THRESHOLDS)).toBe('insider_like');
  });
});

describe('percentile', () => {
  it('interpolates between order statistics and skips NaN', () => {
    expect(percentile(Float64Array.from([4, Number.NaN, 1, 3, 2]), 50)).toBe(2.5);
    expect(percentile(new Float64Array(0), 50)).toBeNaN();
  });
});

describe('shiftThresholds', () => {
  it('counts the wallets that change when the whale threshold moves by a fifth', async () => {
    const whale = (aggression: number) => ({ ...casual(0), aggression, tenure: 1 });
    const wallets = [whale(850), whale(1100), whale(2000), ...casuals, ...insiders];
    const before = waterfall(wallets).archetypes;
    const shifts = await shiftThresholds(profilesOf(wallets), two, before, 1, executor);
    const ofUsd = shifts.filter((shift) => shift.threshold === 'whale-usd');
    expect(ofUsd.map((shift) => [shift.movedTo, shift.nChanged, shift.largestMove])).toEqual([
      [800, 1, 'casual -> fresh_whale'],
      [1200, 1, 'fresh_whale -> casual'],
    ]);
  });
});
