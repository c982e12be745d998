import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLimiter } from '../../alerts/limits.ts';
import type { AlertRecord } from '../../alerts/record.ts';
import { moveCorrelation } from '../../flow/correlated_groups.ts';
import { FlowMonitor } from '../../flow/flow_monitor.ts';
import { PriceSteps } from '../../flow/price_steps.ts';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../run/clock.ts';
import type { StreamEvent } from '../../stream/events.ts';
import { openFoldState } from '../../stream/fold_state.ts';
import { marketEvent, quietFlow, START_MS, tradeEvent } from './made_up_flow.ts';

const SETTINGS = { latenessMs: 0, nIds: 10_000 };

function decide(events: Iterable<StreamEvent>, monitor = new FlowMonitor(SETTINGS)) {
  const decided = [...events].flatMap((event) => monitor.take(event));
  return decided.concat(monitor.take({ kind: 'tick', received_ms: START_MS + 100 * DAY_MS }));
}

/** Two hours of $50 a minute, then 12 trades within ten seconds and a whale of $4,000, in each market. */
function burst(marketId: string, atMs: number): StreamEvent[] {
  const quiet = Array.from({ length: 120 }, (_, i) =>
    tradeEvent({ market_id: marketId, ts_ms: atMs - 2 * HOUR_MS + i * MINUTE_MS, contracts: 90 + (i % 20) }),
  );
  const many = Array.from({ length: 12 }, (_, i) =>
    tradeEvent({ market_id: marketId, ts_ms: atMs + i, contracts: 100 + i }),
  );
  return [...quiet, ...many, tradeEvent({ market_id: marketId, ts_ms: atMs + 5 * SECOND_MS, contracts: 8000 })];
}

const byTime = (events: readonly StreamEvent[]): StreamEvent[] =>
  [...events].sort((a, b) => a.received_ms - b.received_ms);

describe('flow monitor', () => {
  test('alerts about one market, with the points in the reasons; a trade is no part of what it is measured against', () => {
    const market = marketEvent('M', { received_ms: 0, close_ms: START_MS + HOUR_MS });
    const [alert, ...others] = decide([market, ...burst('M', START_MS)]);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ rule: 'flow_solo', verdict: 'alert', score: 100, group: null, amountUsd: 4000 });
    // The burst counts the twelve before it, not itself.
    expect(alert.known).toMatchObject({ points: '40+25+20+20', trades_1m: 12, cost_usd: 4000 });
    expect(alert.reasons[0]).toMatch(
      /^\+40: \$4,000 against a median of \$50 in 24 hours, \d+ robust deviations above$/,
    );
  });

  test('the price of the side taken counts: 8,000 of No at .05 cost $400', () => {
    const events = [...burst('M', START_MS)];
    events[events.length - 1] = tradeEvent({
      ts_ms: START_MS + 5 * SECOND_MS,
      contracts: 8000,
      outcome: 1,
      price: 0.05,
    });
    expect(decide(events).map(({ score }) => score)).toEqual([]);
  });

  test('alerts about two markets of one event within five minutes, and not about markets of two', () => {
    const events = (second: string) =>
      byTime([
        marketEvent('A', { received_ms: 0, event_id: 'E-1', close_ms: START_MS + HOUR_MS }),
        marketEvent('B', { received_ms: 0, event_id: second, close_ms: START_MS + HOUR_MS }),
        ...burst('A', START_MS),
        ...burst('B', START_MS + 2 * MINUTE_MS),
      ]);
    const [, , cluster, ...others] = decide(events('E-1'));
    expect(others).toEqual([]);
    expect(cluster).toMatchObject({ rule: 'flow_cluster', group: 'event E-1', marketId: 'B' });
    expect(cluster.reasons[0]).toBe('Tier 1, event E-1: kalshi A 100, kalshi B 100');
    expect(decide(events('F-1')).map(({ rule }) => rule)).toEqual(['flow_solo', 'flow_solo']);
    // Events of one series make a cluster of the series.
    expect(decide(events('E-2')).map(({ group }) => group)).toEqual([null, null, 'series E']);
  });

  test('a trade that comes twice is taken once, and the same log gives the same alerts byte for byte', () => {
    const events = [
      ...quietFlow(['A1', 'A2', 'B1'], { nDays: 2, perDay: 600, seed: 3, closeDays: 2 }),
      ...burst('A1', START_MS + 2.5 * DAY_MS),
    ];
    const once = JSON.stringify(decide(events));
    expect(JSON.stringify(decide(events.flatMap((event) => [event, event])))).toBe(once);
    expect(JSON.stringify(decide(events))).toBe(once);
    expect(once.length).toBeGreaterThan(100);
  });

  test('a monitor that goes on from disk at any point decides what an undisturbed one does, byte for byte', () => {
    const events = [
      ...quietFlow(['A1', 'A2', 'B1'], { nDays: 3, perDay: 300, seed: 3, closeDays: 2 }),
      ...burst('A1', START_MS + 2.5 * DAY_MS),
      ...burst('A2', START_MS + 2.5 * DAY_MS + MINUTE_MS),
      { kind: 'tick', received_ms: START_MS + 9 * DAY_MS } as const,
    ].sort((a, b) => a.received_ms - b.received_ms);
    const undisturbed = new FlowMonitor({ ...SETTINGS, latenessMs: 60_000 });
    const whole = events.flatMap((event) => undisturbed.take(event));
    expect(whole.filter(({ rule }) => rule === 'flow_cluster').length).toBeGreaterThan(0);
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-flow-'));
    const random = createRandom(12);
    const parts: AlertRecord[] = [];
    let from = 0;
    for (let n = 0; from < events.length; n++) {
      const monitor = new FlowMonitor({ ...SETTINGS, latenessMs: 60_000 });
      const state = openFoldState(join(folder, 'flow.sqlite'));
      monitor.restore(state.load(monitor));
      const until = n === 30 ? events.length : Math.min(events.length, from + random.integer(events.length / 6));
      parts.push(...events.slice(from, until).flatMap((event) => monitor.take(event)));
      state.save(monitor);
      state.close();
      from = until;
      if (from === events.length) expect(monitor.correlated).toEqual(undisturbed.correlated);
    }
    rmSync(folder, { recursive: true, force: true });
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
  });

  test('the shared limits hold back the second alert within ten minutes, and let one go that was not delivered', () => {
    const [alert] = decide([
      marketEvent('M', { received_ms: 0, close_ms: START_MS + HOUR_MS }),
      ...burst('M', START_MS),
    ]);
    const later = { ...alert, id: '0'.repeat(24), decidedMs: alert.decidedMs + 9 * MINUTE_MS };
    const limiter = createLimiter([]);
    expect(limiter.admit(alert, 'telegram')).toBeNull();
    expect(limiter.admit(later, 'telegram')).toMatch(/^less than 10m 00s since/);
    limiter.release(alert.id, 'telegram');
    expect(limiter.admit(later, 'telegram')).toBeNull();
  });
});

describe('groups of correlated markets', () => {
  test('are those that move together or opposite over the days before, renewed each day', () => {
    const random = createRandom(5);
    const events: StreamEvent[] = [];
    let [common, alone] = [0.5, 0.5];
    for (let step = 0; step < 6 * 48; step++) {
      common = Math.min(0.9, Math.max(0.1, common + 0.03 * random.normal()));
      alone = Math.min(0.9, Math.max(0.1, alone + 0.03 * random.normal()));
      const prices = { up: common, same: common + 0.005 * random.normal(), opposite: 1 - common, alone };
      for (const [id, price] of Object.entries(prices))
        events.push(tradeEvent({ market_id: id, ts_ms: START_MS + step * 30 * MINUTE_MS, price }));
    }
    const monitor = new FlowMonitor(SETTINGS);
    decide(events, monitor);
    expect(monitor.correlated.map(({ markets }) => markets)).toEqual([['kalshi opposite', 'kalshi same', 'kalshi up']]);
    const opposite = monitor.correlated[0].pairs.find(({ a, b }) => `${a} ${b}`.match(/opposite.*up|up.*opposite/));
    expect(opposite?.correlation).toBeCloseTo(-1, 6);
  });

  test('of 100 markets that know nothing of each other there are none', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `m${i}`);
    const monitor = new FlowMonitor(SETTINGS);
    decide(quietFlow(ids, { nDays: 4, perDay: 60, seed: 8, closeDays: 30 }), monitor);
    expect(monitor.correlated).toEqual([]);
  });

  test('returns are those of the last seven days, half hour by half hour, and a gap is one move', () => {
    const steps = new PriceSteps();
    for (const [halfHours, price] of [
      [0, 0.5],
      [1, 0.75],
      [4, 0.25],
    ])
      steps.add(START_MS + halfHours * 30 * MINUTE_MS, price);
    const returns = [...steps.returns(START_MS + 5 * 30 * MINUTE_MS)];
    expect(returns.slice(-4)).toEqual([0.25, 0, 0, -0.5]);
    expect(returns.slice(0, -4).every((change) => change === 0)).toBe(true);
    expect([...steps.returns(START_MS + 8 * DAY_MS)].every((change) => change === 0)).toBe(true);
    expect(moveCorrelation(Float64Array.of(1, 0, -1), Float64Array.of(-2, 0, 2))).toEqual({
      correlation: -1,
      nMoves: 2,
    });
  });
});
