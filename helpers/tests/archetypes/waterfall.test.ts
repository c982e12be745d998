import { describe, expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { nameCentre, nameCluster, nameMember, rankAmong } from '../../archetypes/naming.ts';
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
  resolved: number;
  edge: number | null;
}

/** Casual wallets that differ a little from each other. */
const casual = (i: number): Wallet => ({
  aggression: 20,
  tenure: 30,
  frequency: 0.5 + (i % 5) / 50,
  markets: 8 + (i % 3),
  winRate: 40 + (i % 7),
  top: 40 + (i % 4),
  resolved: 8,
  edge: 0.1,
});
/** Narrow wallets that won four times at .30: edge_z = 4·.7/√(4·.3·.7) = 3.06. */
const insider = (i: number): Wallet => ({
  ...casual(i),
  frequency: 0.1,
  markets: 4,
  winRate: 98 + (i % 2),
  top: 90,
  resolved: 4,
  edge: 3.06,
});
/** Wallets of one market that bet once at .95 and won: edge_z = √(.05/.95) = .23. */
const favourite = (i: number): Wallet => ({ ...insider(i), markets: 1, winRate: 100, resolved: 1, edge: 0.23 });

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
    unique_markets: pl.Series(
      'u',
      wallets.map((w) => w.resolved),
      pl.Int64,
    ),
    edge_z: pl.Series(
      'e',
      wallets.map((w) => w.edge),
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

  it('names the wallets of the winning, narrow, slow cluster that beat their prices insider-like and the others casual', () => {
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

  it('calls a cluster by its values, however large it is: 321 wallets that win in one market show the pattern', () => {
    const favourites = Array.from({ length: 321 }, (_, i) => favourite(i));
    const { named, archetypes } = waterfall([...favourites, ...casuals.slice(0, 40)]);
    const won = named.find(({ winRatePct }) => winRatePct === 100)!;
    expect([won.name, won.nWallets, won.oneMarketShare]).toEqual(['insider_like', 321, 1]);
    expect([won.winRateLowPct, won.winRateHighPct, won.nEnough, won.nEvident]).toEqual([100, 100, 0, 0]);
    expect(new Set(archetypes.slice(0, 321))).toEqual(new Set(['casual']));
  });

  it('counts the wallets with evidence on either side of zero, because luck makes both', () => {
    const unlucky = casuals.slice(0, 7).map((wallet) => ({ ...wallet, edge: -1.645 }));
    const fewBets = casuals.slice(7, 9).map((wallet) => ({ ...wallet, edge: -3, resolved: 2 }));
    const { edges } = waterfall([...casuals.slice(9), ...unlucky, ...fewBets, ...insiders]);
    expect(edges).toEqual({ nEnough: 113, nAbove: 15, nBelow: 7 });
  });

  it('finds the same groups with DBSCAN and leaves a stray wallet unnamed as noise', () => {
    const stray = { ...casual(0), winRate: 0, frequency: 0.01, markets: 1, top: 1, edge: -1 };
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
    const nothing = {
      aggression: NaN,
      tenure: NaN,
      frequency: NaN,
      markets: 1,
      winRate: null,
      top: NaN,
      resolved: 0,
      edge: null,
    };
    expect(waterfall([nothing, ...casuals, ...insiders]).archetypes).toHaveLength(116);
  });

  it('names the column that a profile table lacks', () => {
    const frame = profilesOf([...casuals, ...insiders]).drop('top_market_share_pct');
    expect(refusal(() => assignWaterfall(frame, two, 1, executor))).toContain('lacks column top_market_share_pct');
  });
});

describe('naming', () => {
  const pattern = { winRateLowPct: 65, winRateHighPct: 99, markets: 5, frequency: 1 };
  it.each([
    ['insider_like', pattern],
    ['insider_like', { ...pattern, markets: 5 + 1e-14, frequency: 1 + 1e-14 }],
    ['casual', { ...pattern, winRateLowPct: 40, winRateHighPct: 64.9 }],
    ['unnamed', { ...pattern, winRateLowPct: 64.9 }],
    ['unnamed', { ...pattern, markets: 5.1 }],
    ['unnamed', { ...pattern, frequency: 1.1 }],
    ['unnamed', { ...pattern, winRateLowPct: Number.NaN, winRateHighPct: Number.NaN }],
  ])('says %s of %o', (name, given) => expect(nameCluster(given, DEFAULT_THRESHOLDS)).toBe(name));

  it.each([
    ['insider_like', 'insider_like', { nResolved: 3, edgeZ: 1.645 }],
    ['casual', 'insider_like', { nResolved: 2, edgeZ: 9 }],
    ['casual', 'insider_like', { nResolved: 3, edgeZ: 1.6 }],
    ['casual', 'insider_like', { nResolved: Number.NaN, edgeZ: Number.NaN }],
    ['unnamed', 'unnamed', { nResolved: 9, edgeZ: 9 }],
  ] as const)('says %s of a wallet whose cluster is %s and that shows %o', (name, cluster, evidence) => {
    expect(nameMember(cluster, evidence, DEFAULT_THRESHOLDS)).toBe(name);
  });

  const centre = { ...pattern, aggressionUsd: 10, tenureDays: 9, markets: 1, nResolved: 4, edgeZ: 2 };
  it.each([
    ['fresh_whale', { aggressionUsd: 1500, tenureDays: 2, frequency: 99 }],
    ['grinder', { aggressionUsd: 1500, frequency: 11 }],
    ['grinder', { markets: 51 }],
    ['insider_like', {}],
    ['casual', { edgeZ: 1 }],
  ])('applies the waterfall to a centre: %s', (name, given) => {
    expect(nameCentre({ ...centre, ...given }, { frequency: 10, markets: 50 }, DEFAULT_THRESHOLDS)).toBe(name);
  });

  it('does not take a centre that rounding moved off the percentile for one above it', () => {
    const onCut = { ...centre, frequency: 0.3 + 1e-14, markets: 1 + 1e-14 };
    expect(nameCentre(onCut, { frequency: 0.3, markets: 1 }, DEFAULT_THRESHOLDS)).toBe('insider_like');
  });

  it('ranks a value among others with ties counted half', () => {
    expect(rankAmong(Float64Array.from([1, 2, 2, 3]), 2)).toBe(0.5);
    expect(rankAmong(Float64Array.from([1, 2]), 9)).toBe(1);
    expect(rankAmong(new Float64Array(0), 1)).toBeNaN();
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
