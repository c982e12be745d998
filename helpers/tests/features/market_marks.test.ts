import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MarketMarks, type PricedTrades, priceAtTimestamp } from '../../features/market_marks.ts';

interface Row {
  readonly ms: number;
  readonly market: number;
  readonly outcome: number;
  readonly price: number;
  readonly shares: number;
}

const columnsOf = (rows: readonly Row[]): PricedTrades => ({
  ms: rows.map(({ ms }) => ms),
  market: rows.map(({ market }) => market),
  outcome: rows.map(({ outcome }) => outcome),
  price: rows.map(({ price }) => price),
  shares: rows.map(({ shares }) => shares),
});

function marked(rows: readonly Row[], nMarkets = 3): MarketMarks {
  const marks = new MarketMarks(nMarkets);
  marks.add(columnsOf(rows));
  return marks;
}

const trade = (row: Partial<Row>): Row => ({ ms: 1, market: 0, outcome: 0, price: 0.5, shares: 1, ...row });

it('is the price of the first outcome in the last trade, whichever outcome that was in', () => {
  const { price0, ms } = marked([
    trade({ price: 0.3 }),
    trade({ ms: 2, outcome: 1, price: 0.25 }),
    trade({ market: 1, ms: 3 }),
  ]);
  expect([...price0]).toEqual([0.75, 0.5, Number.NaN]);
  expect([...ms]).toEqual([2, 3, 0]);
});

it('weighs trades of one moment by shares', () => {
  expect(
    marked([trade({ price: 0.6, shares: 30 }), trade({ outcome: 1, price: 0.2, shares: 10 })]).price0[0],
  ).toBeCloseTo(0.65, 12);
});

it.each([0, -0])('is never taken from a trade at %d', (price) => {
  expect([...marked([trade({ price: 0.4 }), trade({ ms: 2, price })]).price0]).toEqual([0.4, Number.NaN, Number.NaN]);
  expect(Number.isNaN(marked([trade({ price })]).price0[0])).toBe(true);
});

it('is the same to the last bit for any order of the trades of a moment, and any cut between moments', () => {
  const row = fc.record({
    gap: fc.constantFrom(0, 0, 0, 1),
    market: fc.nat(2),
    outcome: fc.nat(1),
    price: fc.double({ min: 0, max: 1, noNaN: true }),
    shares: fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    place: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), (drawn, near) => {
      let ms = 1;
      const rows = drawn.map(({ gap, ...rest }) => {
        ms += gap;
        return { ...rest, ms };
      });
      const shuffled = [...rows].sort((a, b) => a.ms - b.ms || a.place - b.place);
      const whole = marked(rows);
      let cut = Math.min(near, rows.length);
      while (cut > 0 && cut < rows.length && rows[cut].ms === rows[cut - 1].ms) cut++;
      const inTwo = new MarketMarks(0);
      inTwo.makeRoom(3);
      inTwo.add(columnsOf(shuffled), 0, cut);
      const later = new MarketMarks(3);
      later.add(columnsOf(shuffled), cut);
      inTwo.take(later.frame());
      expect([...inTwo.price0]).toEqual([...whole.price0]);
      expect([...inTwo.ms]).toEqual([...whole.ms]);
    }),
  );
});

it('refuses a moment that comes in two pieces', () => {
  const marks = marked([trade({})]);
  expect(() => marks.add(columnsOf([trade({ price: 0.4 })]))).toThrow(/one piece/);
});

it('gives the one price there is as it is, whatever the shares', () => {
  expect(priceAtTimestamp([0.1, 0.1, 0.1], [1 / 3, 1e9, 7], [0, 1, 2])).toBe(0.1);
});
