import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { Agenda, type PlannedAction } from '../../simulate/agenda.ts';
import { Holdings, SLOTS_PER_WALLET } from '../../simulate/holdings.ts';
import { PositionLedger } from '../../simulate/position_ledger.ts';
import { LONG, RestingOrders, SHORT } from '../../simulate/resting_orders.ts';
import { drawTurn } from '../../simulate/wash_rings.ts';

function action(timeS: number, actor: number): PlannedAction {
  return { timeS, kind: 'copy', actor, target: 0, outcome: 0, isBuy: true, usd: 1 };
}

describe('agenda', () => {
  it('gives actions back in order of time, first come first served, like a stable sort', () => {
    const random = createRandom(1);
    const actions = Array.from({ length: 500 }, (_, i) => action(random.integer(50), i));
    const agenda = new Agenda();
    for (const a of actions) agenda.push(a);
    const out: PlannedAction[] = [];
    while (agenda.nextTimeS() < Number.POSITIVE_INFINITY) out.push(agenda.pop());
    expect(out).toEqual([...actions].sort((a, b) => a.timeS - b.timeS || a.actor - b.actor));
    expect(agenda.nextTimeS()).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps the order when pushes and pops alternate', () => {
    const random = createRandom(2);
    const agenda = new Agenda();
    let clock = 0;
    for (let i = 0; i < 2000; i++) {
      agenda.push(action(clock + random.integer(30), i));
      if (random.uniform() < 0.4) {
        const { timeS } = agenda.pop();
        expect(timeS).toBeGreaterThanOrEqual(clock);
        clock = timeS;
      }
    }
  });
});

describe('holdings', () => {
  it('add purchases, take sales off, and free what is sold out', () => {
    const holdings = new Holdings(2);
    holdings.add(1, 40, 1, 500, 0);
    holdings.add(1, 40, 1, 250, 0);
    holdings.add(1, 40, 0, 100, 0);
    expect(holdings.held(1, 40, 1)).toBe(750);
    expect(holdings.held(0, 40, 1)).toBe(0);
    holdings.remove(1, 40, 1, 300);
    expect(holdings.held(1, 40, 1)).toBe(450);
    holdings.remove(1, 40, 1, 450);
    expect(holdings.held(1, 40, 1)).toBe(0);
    expect(holdings.market(1, 0)).toBe(-1);
    expect(holdings.held(1, 40, 0)).toBe(100);
    holdings.remove(1, 99, 0, 5);
  });

  it('forget the named slot when all are taken', () => {
    const holdings = new Holdings(1);
    for (let m = 0; m < SLOTS_PER_WALLET; m++) holdings.add(0, m, 0, 100, 0);
    holdings.add(0, 77, 0, 100, 2);
    expect(holdings.held(0, 2, 0)).toBe(0);
    expect(holdings.held(0, 77, 0)).toBe(100);
    expect(holdings.held(0, 3, 0)).toBe(100);
  });
});

describe('resting orders', () => {
  it('are met oldest first, by size and never by their own wallet', () => {
    const orders = new RestingOrders(3);
    orders.push(2, LONG, 10, false, 5);
    orders.push(2, LONG, 11, false, 100);
    orders.push(2, LONG, 12, true, 120);
    orders.push(2, SHORT, 13, false, 100);
    expect(orders.take(2, LONG, 11, 100, 100)).toMatchObject({ wallet: 12, isSell: true, usd: 120 });
    expect(orders.take(2, LONG, 99, 100, 100)).toMatchObject({ wallet: 11 });
    expect(orders.take(2, LONG, 99, 100, 100)).toBeNull();
    expect(orders.takeOldest(2, LONG)).toMatchObject({ wallet: 10, usd: 5 });
    expect(orders.takeOldest(2, LONG)).toBeNull();
    expect(orders.takeOldest(1, SHORT)).toBeNull();
    expect(orders.takeOldest(2, SHORT)).toMatchObject({ wallet: 13 });
  });

  it('let the oldest go when a queue is full', () => {
    const orders = new RestingOrders(1);
    for (let wallet = 0; wallet < 20; wallet++) orders.push(0, SHORT, wallet, false, 1);
    const left: number[] = [];
    for (let o = orders.takeOldest(0, SHORT); o !== null; o = orders.takeOldest(0, SHORT)) left.push(o.wallet);
    expect(left).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });
});

describe('position ledger', () => {
  it('agrees with a plain map on random trades', () => {
    const random = createRandom(5);
    const ledger = new PositionLedger(700);
    const plain = new Map<string, number[]>();
    for (let i = 0; i < 20_000; i++) {
      const [wallet, market, outcome] = [random.integer(40), random.integer(700), random.integer(2)];
      const isBuy = random.uniform() < 0.6;
      const [shares, usd] = [random.integer(1000), random.integer(100)];
      ledger.add(wallet, market, outcome, isBuy, shares, usd);
      const key = `${wallet} ${market} ${outcome}`;
      const sums = plain.get(key) ?? [0, 0, 0, 0];
      sums[isBuy ? 0 : 1] += shares;
      sums[isBuy ? 2 : 3] += usd;
      plain.set(key, sums);
    }
    const entries = [...ledger.entries()];
    expect(entries.length).toBe(plain.size);
    for (const e of entries) {
      expect([e.bought, e.sold, e.paidUsd, e.receivedUsd]).toEqual(plain.get(`${e.wallet} ${e.market} ${e.outcome}`));
    }
  });
});

describe('a wash turn', () => {
  it('takes three different members, each pairing as often as any', () => {
    const random = createRandom(6);
    const members = [4, 8, 15, 16];
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const turn = drawTurn(random, members);
      expect(new Set(turn).size).toBe(3);
      counts.set(turn.join(), (counts.get(turn.join()) ?? 0) + 1);
    }
    // 24 ordered triples, 1000 each; five standard deviations.
    expect(counts.size).toBe(24);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  });
});
