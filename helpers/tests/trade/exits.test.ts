import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../run/clock.ts';
import { EXIT_RULES, type ExitView, exitOf } from '../../trade/exits.ts';
import type { Position } from '../../trade/types.ts';

const T0 = Date.UTC(2026, 11, 1, 12);

/** 10 contracts at 50 cents, fee included. */
function position(changes: Partial<Position> = {}): Position {
  return {
    market: { venue: 'kalshi', ticker: 'A', event: 'A', series: 'A', category: 'x' },
    yesHundredths: 1000,
    costMicros: 5_000_000,
    realizedMicros: 0,
    feesMicros: 0,
    openedMs: T0,
    ...changes,
  };
}

const view = (bid: number | null, p: number | null, changes: Partial<ExitView> = {}): ExitView => ({
  quote: { bidMicros: bid === null ? null : 10_000 * bid, askMicros: bid === null ? null : 10_000 * (bid + 2) },
  p,
  closesMs: T0 + 100 * HOUR_MS,
  nowMs: T0,
  ...changes,
});
const exit = (held: Position, seen: ExitView) => exitOf(held, seen, EXIT_RULES);
const told = (held: Position, seen: ExitView): string => {
  const found = exit(held, seen);
  return found === null ? 'kept' : `${found.kind}: ${found.reason}`;
};

describe('a position', () => {
  it('is kept while our value lies above the market and there is time', () => {
    expect(told(position(), view(50, 0.6))).toBe('kept');
  });

  it('takes its profit at 90 cents, whatever we believe', () => {
    expect(told(position(), view(90, 0.99))).toBe('take profit: 90.0 ¢ are bid for it');
    expect(told(position(), view(89, 0.99))).toBe('kept');
  });

  it('is given up when it has become a tenth less worth to us than it cost', () => {
    expect(told(position(), view(40, 0.45))).toBe('stop: it is worth 45.0 ¢ to us and cost 50.0 ¢');
    expect(told(position(), view(40, 0.4501))).toBe('kept');
  });

  it('is given up when the market bids three tenths less than it cost', () => {
    expect(told(position(), view(35, 0.9))).toBe('stop: 35.0 ¢ are bid for what cost 50.0 ¢');
    expect(told(position(), view(36, 0.9))).toBe('kept');
  });

  it('is sold when the market has come within two points of our value, or beyond it', () => {
    expect(told(position(), view(60, 0.62))).toBe('edge gone: 60.0 ¢ are bid for what is worth 62.0 ¢ to us');
    expect(told(position(), view(70, 0.62))).toMatch(/^edge gone/);
    expect(told(position(), view(60, 0.6201))).toBe('kept');
  });

  it('is sold with less than a day left for an edge below five points', () => {
    const late = { closesMs: T0 + 24 * HOUR_MS - 1 };
    expect(told(position(), view(56, 0.6, late))).toBe('time: 24h 00m are left for an edge of 4.0 ¢');
    expect(told(position(), view(55, 0.6, late))).toBe('kept');
    expect(told(position(), view(56, 0.6, { closesMs: T0 + 24 * HOUR_MS }))).toBe('kept');
    expect(told(position(), view(56, 0.6, { closesMs: T0 - 1 }))).toBe('time: 0ms are left for an edge of 4.0 ¢');
  });

  it('of NO is the same seen from the other side: sold at a dollar less the ask', () => {
    const no = position({ yesHundredths: -1000 });
    const quote = { bidMicros: 80_000, askMicros: 100_000 };
    expect(exit(no, view(50, 0.01, { quote }))).toMatchObject({
      kind: 'take profit',
      side: 'no',
      countHundredths: 1000,
      priceMicros: 900_000,
    });
    expect(told(no, view(50, 0.4, { quote: { bidMicros: 400_000, askMicros: 420_000 } }))).toMatch(/^edge gone: 58.0/);
  });

  it('without a forecast is ended by prices alone', () => {
    expect(told(position(), view(60, null, { closesMs: T0 }))).toBe('kept');
    expect(told(position(), view(91, null))).toMatch(/^take profit/);
    expect(told(position(), view(30, null))).toMatch(/^stop/);
  });

  it('that nobody bids for, or that is nothing, is left alone', () => {
    expect(told(position(), view(null, 0.1))).toBe('kept');
    expect(told(position({ yesHundredths: 0, costMicros: 0 }), view(95, 0.1))).toBe('kept');
  });
});
