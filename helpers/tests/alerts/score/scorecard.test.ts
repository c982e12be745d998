import { describe, expect, it } from 'vitest';
import { type Followed, followDecisions } from '../../../alerts/score/follow.ts';
import { type GroupScore, type Play, SCORE_SETTINGS, scoreDecisions } from '../../../alerts/score/scorecard.ts';
import { scorecardLines, verdictWords } from '../../../alerts/score/scorecard_report.ts';
import { createRandom } from '../../../kernels/random.ts';
import type { BacktestMarkets, TapeBatch } from '../../../replay/model.ts';
import { Replay } from '../../../replay/replay.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../run/clock.ts';
import { madeUpRecord, T0 } from '../made_up_record.ts';

/** A trade of outcome 0, minutes after T0. */
interface Trade {
  readonly market: number;
  readonly at: number;
  readonly price: number;
}

function tapeOf(trades: readonly Trade[]): TapeBatch {
  const sorted = [...trades].sort((a, b) => a.at - b.at);
  return {
    nRows: sorted.length,
    tsMs: Float64Array.from(sorted, ({ at }) => T0 + at * MINUTE_MS),
    market: Int32Array.from(sorted, ({ market }) => market),
    price0: Float64Array.from(sorted, ({ price }) => price),
    shares: new Float64Array(sorted.length).fill(1e6),
  };
}

/** Polymarket without fees; `payouts` of outcome 0 three days after T0, NaN for never. */
function playOn(trades: readonly Trade[], payouts: readonly number[]): Play {
  const markets: BacktestMarkets = {
    ids: payouts.map((_, m) => `m${m}`),
    venues: payouts.map(() => 'polymarket'),
    feeRates: new Float64Array(payouts.length).fill(Number.NaN),
    feeExponents: new Float64Array(payouts.length).fill(Number.NaN),
    resolvedMs: Float64Array.from(payouts, (payout) =>
      Number.isNaN(payout) ? Number.POSITIVE_INFINITY : T0 + 3 * DAY_MS,
    ),
    payouts: Float64Array.from(payouts),
  };
  return (signals, strategies, rules) => {
    const replay = new Replay(markets, signals, strategies, rules);
    replay.feed(tapeOf(trades));
    return replay.finish();
  };
}

const numberOf = (id: string): number => Number(id.slice(1));

/** Prices of a market at minute 2 (entry), an hour and a day later, and after its end. */
function course(market: number, entry: number, hour: number, day: number): Trade[] {
  return [
    { market, at: 2, price: entry },
    { market, at: 62, price: hour },
    { market, at: 1442, price: day },
    { market, at: 4 * 1440, price: day },
  ];
}

function alertOn(market: number, price: number, side: 'BUY' | 'SELL' = 'BUY') {
  return madeUpRecord({ marketId: `m${market}`, tradeId: `t${market}`, price, outcomeIndex: 0, known: { side } });
}

const SETTINGS = { ...SCORE_SETTINGS, halfSpread: 0, nDraws: 50 };
const at = (scores: readonly GroupScore[], horizon: string) => scores.find((score) => score.horizon === horizon)!;

describe('followed decisions', () => {
  it('buy the side that the bet took, in order of time, and leave out what names no market or price', () => {
    const pool: Followed[] = [{ tsMs: T0 - 1, market: 0, outcome: 0, price: 0.4 }];
    const records = [
      alertOn(0, 0.4),
      alertOn(1, 0.3, 'SELL'),
      { ...alertOn(2, 0.5), verdict: 'near_miss' as const },
      madeUpRecord({ marketId: 'm0', price: null }),
      madeUpRecord({ marketId: null }),
    ];
    const { signals, groups, nLeftOut } = followDecisions(records, pool, numberOf);
    expect([...signals.market]).toEqual([0, 0, 1, 2]);
    expect([...signals.outcome]).toEqual([0, 0, 1, 0]);
    expect([...signals.price]).toEqual([0.4, 0.4, 0.7, 0.5]);
    expect(groups.map(({ verdict, rows }) => [verdict, [...rows]])).toEqual([
      ['alert', [1, 2]],
      ['near_miss', [3]],
    ]);
    expect(nLeftOut).toBe(2);
  });
});

describe('the scorecard', () => {
  it('sells after an hour, after a day and at settlement: worked by hand', async () => {
    // Market 0: bought at .50, worth .60 after 1 h, .40 after 24 h, pays 1. Market 1: bought at .50, .50, .55, pays 0.
    const trades = [...course(0, 0.5, 0.6, 0.4), ...course(1, 0.5, 0.5, 0.55)];
    const followed = followDecisions([alertOn(0, 0.48), alertOn(1, 0.48)], [], numberOf);
    const scores = await scoreDecisions(followed, playOn(trades, [1, 0]), SETTINGS);
    expect(at(scores, '1 h')).toMatchObject({ nDecisions: 2, nScored: 2, nMarkets: 2, winRate: 0.5 });
    // (.6 − .5) / .5 = .2 and 0; (.4 − .5) / .5 = −.2 and .1; 1 and −1.
    expect(at(scores, '1 h').meanReturn.estimate).toBeCloseTo(0.1, 12);
    expect(at(scores, '24 h').meanReturn.estimate).toBeCloseTo(-0.05, 12);
    expect(at(scores, 'settlement').meanReturn.estimate).toBeCloseTo(0, 12);
    // From .48, the price of the bet: .12 and .02; −.08 and .07; .52 and −.48.
    expect(scores.map(({ meanMove }) => meanMove)).toEqual([
      expect.closeTo(0.07, 12),
      expect.closeTo(-0.005, 12),
      expect.closeTo(0.02, 12),
    ]);
    // The only trades at this price are the alerts themselves: they are their own control.
    for (const { difference } of scores) expect(difference.estimate).toBeCloseTo(0, 12);
  });

  it('takes the spread twice when it sells, and once when the market pays', async () => {
    const followed = followDecisions([alertOn(0, 0.5)], [], numberOf);
    const play = playOn(course(0, 0.49, 0.6, 0.6), [1]);
    const scores = await scoreDecisions(followed, play, { ...SETTINGS, halfSpread: 0.01 });
    // Bought at .50: sold at .59, or paid 1.
    expect(at(scores, '1 h').meanReturn.estimate).toBeCloseTo(0.18, 12);
    expect(at(scores, 'settlement').meanReturn.estimate).toBeCloseTo(1, 12);
  });

  it('leaves out what has not settled, and what found no trade', async () => {
    const trades = [...course(0, 0.5, 0.6, 0.6), { market: 2, at: 300, price: 0.5 }];
    const followed = followDecisions([alertOn(0, 0.5), alertOn(2, 0.5)], [], numberOf);
    const scores = await scoreDecisions(followed, playOn(trades, [Number.NaN, 1, 1]), SETTINGS);
    expect(scores.map(({ nDecisions, nScored }) => [nDecisions, nScored])).toEqual([
      [2, 1],
      [2, 1],
      [2, 0],
    ]);
    expect(scorecardLines(scores)[2]).toBe('fresh_whale (alert), settlement: 0 of 2 scored; nothing to score yet');
  });

  it('finds alerts that know more than the price, and calls those that do not no better than chance', async () => {
    // 200 markets at .5 that pay 1 or 0; informed alerts pick winners three times in four, blind ones half the time.
    const random = createRandom(3);
    const payouts = Array.from({ length: 200 }, () => (random.uniform() < 0.5 ? 1 : 0));
    const trades = payouts.flatMap((_, market) => course(market, 0.5, 0.5, 0.5));
    const pool: Followed[] = payouts.map((_, market) => ({ tsMs: T0, market, outcome: 0, price: 0.5 }));
    const isPicked = (payout: number, informed: boolean) =>
      random.uniform() < (informed ? (payout === 1 ? 0.3 : 0.1) : 0.2);
    const pick = (rule: string, informed: boolean) =>
      payouts.flatMap((payout, m) => (isPicked(payout, informed) ? [{ ...alertOn(m, 0.5), rule }] : []));
    const followed = followDecisions([...pick('informed', true), ...pick('blind', false)], pool, numberOf);
    const scores = await scoreDecisions(followed, playOn(trades, payouts), SETTINGS);
    const verdictOf = (rule: string) =>
      verdictWords(scores.find((score) => score.rule === rule && score.horizon === 'settlement')!);
    expect(verdictOf('informed')).toBe('better than chance');
    expect(verdictOf('blind')).toBe('no better than chance, as far as can be told');
    const repeated = await scoreDecisions(followed, playOn(trades, payouts), SETTINGS);
    expect(repeated).toEqual(scores);
  });

  it('compares at the same prices: dear winners are no skill', async () => {
    // Alerts buy at .9 what wins nine times in ten (22 of 25); the pool holds the same and cheap losers.
    const payouts = Array.from({ length: 100 }, (_, m) => (m < 50 && m % 20 !== 4 && m % 20 !== 13 ? 1 : 0));
    const trades = payouts.flatMap((_, m) => course(m, m < 50 ? 0.9 : 0.1, 0.5, 0.5));
    const pool: Followed[] = payouts.map((_, market) => ({
      tsMs: T0,
      market,
      outcome: 0,
      price: market < 50 ? 0.9 : 0.1,
    }));
    const records = payouts.flatMap((_, m) => (m < 50 && m % 2 === 0 ? [alertOn(m, 0.9)] : []));
    const scores = await scoreDecisions(followDecisions(records, pool, numberOf), playOn(trades, payouts), SETTINGS);
    const settled = at(scores, 'settlement');
    expect(settled.randomReturn.estimate).toBeGreaterThan(-0.2);
    expect(verdictWords(settled)).toBe('no better than chance, as far as can be told');
    expect(settled.winRate).toBe(22 / 25);
  });

  it('is nothing without decisions', async () => {
    const pool: Followed[] = [{ tsMs: T0 - HOUR_MS, market: 0, outcome: 0, price: 0.5 }];
    expect(await scoreDecisions(followDecisions([], pool, numberOf), playOn([], [1]), SETTINGS)).toEqual([]);
  });
});
