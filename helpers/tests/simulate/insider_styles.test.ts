import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { type FillSink, USDC } from '../../simulate/fill_sink.ts';
import { INSIDER_STYLES, type Operation, planOperation } from '../../simulate/insider_styles.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { INSIDER, walletsOfType } from '../../simulate/population.ts';
import { MarketSimulation } from '../../simulate/simulation.ts';

const DAY_S = 86_400;
const OPERATION: Operation = {
  style: 'fresh',
  wallets: [5],
  leak: 3,
  newsAtS: 40 * DAY_S,
  fromS: 38 * DAY_S,
  usd: 1000,
  startS: 0,
};

describe.each(INSIDER_STYLES)('an operation in the style %s', (style) => {
  const wallets = style === 'split' ? [5, 6, 7] : [5];
  const actions = planOperation(createRandom(1), { ...OPERATION, style, wallets });
  const bets = actions.filter(({ kind }) => kind === 'insider');

  it('stakes about what it was given, on the news, between its beginning and the news', () => {
    expect(new Set(bets.map(({ actor }) => actor))).toEqual(new Set(wallets));
    const usd = bets.reduce((sum, bet) => sum + bet.usd, 0);
    expect(usd).toBeGreaterThan(700);
    expect(usd).toBeLessThan(1300);
    expect(bets.every(({ timeS }) => timeS >= 38 * DAY_S && timeS < 40 * DAY_S)).toBe(true);
    expect(bets.every(({ target, isBuy }) => target === 3 && isBuy)).toBe(true);
  });

  it('does what the style is named after, and nothing else', () => {
    const hedges = actions.filter(({ kind }) => kind === 'hedge');
    const visits = actions.filter(({ kind }) => kind === 'visit');
    expect(hedges.length).toBe(style === 'hedged' ? 1 : 0);
    expect(visits.every(({ timeS, usd }) => timeS < 37 * DAY_S && timeS > 0 && usd < 200)).toBe(true);
    if (style === 'dormant') {
      expect(visits.length).toBe(1);
      expect(visits[0].timeS).toBeLessThan(0.4 * 38 * DAY_S);
    } else if (style === 'warm_up') {
      expect(visits.length).toBeGreaterThanOrEqual(3);
      expect(visits.every(({ timeS }) => timeS >= 24 * DAY_S)).toBe(true);
    } else expect(visits).toEqual([]);
    if (style === 'patient') {
      expect(bets.length).toBeGreaterThanOrEqual(8);
      expect(Math.max(...bets.map(({ timeS }) => timeS)) - bets[0].timeS).toBeGreaterThan(DAY_S);
    } else expect(bets.length / wallets.length).toBeLessThanOrEqual(3);
  });
});

describe('insiders of the whole market', () => {
  const options = resolveSimulateOptions({ population: 'whole', nTrades: 60_000, insiderShare: 0.03, seed: 8 });
  const fills: { wallet: number; timeS: number; isBuy: boolean; token: number; usd: number }[] = [];
  let now = 0;
  const sink: FillSink = {
    beginMatch: (timeS) => {
      now = timeS;
    },
    fill: (maker, makerAsset, makerAmount, _taker, takerAsset, takerAmount) => {
      const isBuy = makerAsset === USDC;
      const [token, usd] = isBuy ? [takerAsset, makerAmount] : [makerAsset, takerAmount];
      fills.push({ wallet: maker, timeS: now, isBuy, token, usd: usd / 1e6 });
    },
  };
  const bought: { wallet: number; timeS: number; newsAtS: number; usd: number }[] = [];
  const simulation: MarketSimulation = new MarketSimulation(options, sink, {
    insiderBought: (wallet, _market, _outcome, timeS, usd, news) => {
      bought.push({ wallet, timeS, newsAtS: simulation.catalogue.news.timesS[news], usd });
    },
    newsArrived: () => {},
    ringMoved: () => {},
    beliefAt: () => {},
  });
  while (simulation.step());
  const ofStyle = (style: string): number[] =>
    [...simulation.insiderRoles].filter(([, role]) => role.style === style).map(([wallet]) => wallet);

  it('have all styles, every insider one, and split operations three to five wallets', () => {
    const insiders = walletsOfType(simulation.population, INSIDER);
    expect([...simulation.insiderRoles.keys()].sort((a, b) => a - b)).toEqual(insiders);
    for (const style of INSIDER_STYLES) expect(ofStyle(style).length).toBeGreaterThan(3);
    const sizes = new Map<number, number>();
    for (const wallet of ofStyle('split')) {
      const { operation } = simulation.insiderRoles.get(wallet)!;
      sizes.set(operation, (sizes.get(operation) ?? 0) + 1);
    }
    // The last operation may have met the end of the insiders.
    const whole = [...sizes].filter(([operation]) => operation !== Math.max(...sizes.keys()));
    expect(whole.every(([, n]) => n >= 3 && n <= 5)).toBe(true);
  });

  it('buy before the news only, an hour to ten days before, for small and large sums', () => {
    expect(bought.length).toBeGreaterThan(50);
    const leads = bought.map(({ timeS, newsAtS }) => newsAtS - timeS);
    expect(Math.min(...leads)).toBeGreaterThan(0);
    expect(Math.max(...leads)).toBeLessThanOrEqual(10 * DAY_S + 1);
    const stakes = new Map<number, number>();
    for (const { wallet, usd } of bought) stakes.set(wallet, (stakes.get(wallet) ?? 0) + usd);
    const sorted = [...stakes.values()].sort((a, b) => a - b);
    expect(sorted.at(-1)! / sorted[0]).toBeGreaterThan(20);
  });

  it('do beside it what their style says: both outcomes if hedged, earlier small bets if dormant', () => {
    const own = (wallet: number) => fills.filter((fill) => fill.wallet === wallet);
    const firstBet = new Map<number, number>();
    for (const { wallet, timeS } of bought) firstBet.set(wallet, Math.min(timeS, firstBet.get(wallet) ?? timeS));
    const hedged = ofStyle('hedged').filter((wallet) => firstBet.has(wallet));
    const both = hedged.filter((wallet) => new Set(own(wallet).map(({ token }) => token)).size === 2);
    expect(both.length / hedged.length).toBeGreaterThan(0.8);
    const dormant = ofStyle('dormant').filter((wallet) => firstBet.has(wallet));
    const early = dormant.filter((wallet) => own(wallet)[0].timeS < firstBet.get(wallet)!);
    expect(early.length / dormant.length).toBeGreaterThan(0.6);
    const fresh = ofStyle('fresh').filter((wallet) => firstBet.has(wallet));
    expect(fresh.filter((wallet) => own(wallet)[0].timeS < firstBet.get(wallet)!)).toEqual([]);
  });
});
