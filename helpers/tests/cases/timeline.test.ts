import { expect, it } from 'vitest';
import { endingText } from '../../cases/markets_report.ts';
import type { Frame } from '../../cases/plot.ts';
import { linearScale, px, stepPath, straightPath } from '../../cases/plot.ts';
import { shortUsd } from '../../cases/profit_report.ts';
import { layOutTimeline } from '../../cases/timeline.ts';
import { timelineSvg } from '../../cases/timeline_report.ts';
import type { Bet } from '../../cases/wallet_history.ts';

/** 100 px for the time, 50 for the price. */
const FRAME: Frame = { width: 120, height: 60, left: 10, right: 10, top: 5, bottom: 5 };

function bet(own: Partial<Bet>): Bet {
  return { ms: 0, isBuy: true, outcome: 0, usd: 1, shares: 2, nFills: 1, ...own };
}

it('lays prices from left to right and from 0 at the bottom to 1 at the top', () => {
  const prices = [
    { ms: 1000, price: 0 },
    { ms: 2000, price: 0.5 },
    { ms: 3000, price: 1 },
  ];
  const { line, end, fromMs, toMs } = layOutTimeline({ marketId: 'm', prices, bets: [] }, null, 1, FRAME);
  expect(line).toEqual([
    { x: 10, y: 55 },
    { x: 60, y: 30 },
    { x: 110, y: 5 },
  ]);
  expect([end, fromMs, toMs]).toEqual([null, 1000, 3000]);
});

it('makes room for the resolution, and puts it where the first outcome ended', () => {
  const prices = [{ ms: 0, price: 0.5 }];
  const shape = (payout0: number) =>
    layOutTimeline({ marketId: 'm', prices, bets: [] }, { payout0, ms: 4000 }, 1, FRAME).end;
  expect([shape(1), shape(0), shape(0.5)]).toEqual([
    { x: 110, y: 5 },
    { x: 110, y: 55 },
    { x: 110, y: 30 },
  ]);
});

it('puts bets at the price of the first outcome, areas of marks by money, the largest first', () => {
  const bets = [bet({ ms: 0, usd: 0.4, shares: 2 }), bet({ ms: 1000, usd: 1.6, shares: 2, outcome: 1 })];
  const { marks } = layOutTimeline({ marketId: 'm', prices: [], bets }, null, 1.6, FRAME);
  expect(marks.map(({ x, y, radius }) => [x, y, radius])).toEqual([
    [110, expect.closeTo(45, 9), 10],
    [10, expect.closeTo(45, 9), 6.5],
  ]);
});

it('draws a lone moment in the middle, and no mark without shares or outside the frame', () => {
  const bets = [bet({ shares: 0 }), bet({ usd: 9, shares: 3 })];
  const { marks, line } = layOutTimeline({ marketId: 'm', prices: [{ ms: 0, price: 0.5 }], bets }, null, 9, FRAME);
  expect(line).toEqual([{ x: 60, y: 30 }]);
  expect(marks.map(({ x, y }) => [x, y])).toEqual([[60, 5]]);
});

it('holds a price until the next one, and rounds to tenths of a pixel', () => {
  const points = [
    { x: 0, y: 1.26 },
    { x: 10.04, y: 5 },
  ];
  expect(stepPath(points)).toBe('M0 1.3H10V5');
  expect(straightPath(points)).toBe('M0 1.3L10 5');
  expect([px(-0.04), px(2 / 3)]).toEqual(['0', '0.7']);
  expect(linearScale(0, 10, 5, 25)(2.5)).toBe(10);
});

it('tells sides apart by shape and by class, outcomes by class, and says each mark in words', () => {
  const bets = [
    bet({ ms: Date.UTC(2026, 0, 8, 12, 31), usd: 1234, shares: 2468, nFills: 5 }),
    bet({ ms: Date.UTC(2026, 0, 9), usd: 3, shares: 10, isBuy: false, outcome: 1 }),
  ];
  const facts = {
    id: 'm',
    venue: 'polymarket',
    question: null,
    slug: null,
    outcomes: ['Yes', '<b>No'] as const,
    payout0: 0,
    resolvedMs: Date.UTC(2026, 0, 10),
  };
  const svg = timelineSvg({ marketId: 'm', prices: [{ ms: Date.UTC(2026, 0, 8), price: 0.5 }], bets }, facts, 1234);
  const marks = [
    ...svg.matchAll(/<path class="([bs][01])" d="M[\d.]+ ([\d.]+)l[\d.]+ (-?[\d.]+)[^>]*><title>([^<]*)/g),
  ];
  expect(marks.map(([, kind, , foot, words]) => [kind, Number(foot) > 0, words])).toEqual([
    ['b0', true, '2026-01-08 12:31: bought Yes for $1,234 in 5 bets at 50.0 ¢'],
    ['s1', false, '2026-01-09 00:00: sold &lt;b&gt;No for $3.00 at 30.0 ¢'],
  ]);
  expect(svg).toContain('2026-01-10 00:00: resolved, &lt;b&gt;No won');
  const ending = (payout0: number): string => endingText({ ...facts, payout0 }, (outcome) => outcome.toUpperCase());
  expect([ending(1), ending(0.72), ending(Number.NaN)]).toEqual(['YES won', 'no winner, YES paid $0.72', 'open']);
});

it('writes money in little room', () => {
  expect([0, 7.04, 950, -1234, 17_836, 2.5e6, 9e12].map(shortUsd)).toEqual([
    '$0',
    '$7',
    '$950',
    '−$1.2k',
    '$18k',
    '$2.5M',
    '$9,000B',
  ]);
});
