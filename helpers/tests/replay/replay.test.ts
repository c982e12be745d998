import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { play, type Scene, type TradeSpec } from './hand_tape.ts';

const INFINITY = Number.POSITIVE_INFINITY;

describe('an order', () => {
  it('buys at the next trade and sells at the first trade past the horizon, with a fee each way', () => {
    const { rows } = play({
      trades: [
        { at: 0, price: 0.4 },
        { at: 2, price: 0.5 },
        { at: 359, price: 0.9 },
        { at: 361, price: 0.6 },
        { at: 362, price: 0.99 },
      ],
      markets: [{ feeRate: 0.05, feeExponent: 1 }],
    });
    // 100 / .5 = 200 shares; 200 · .05 · .25 = 2.5; 200 · .6 = 120; 200 · .05 · .24 = 2.4
    expect(rows).toEqual([
      {
        strategy: 0,
        signal: 0,
        state: 'sold',
        entryAt: 2,
        entryPrice: 0.5,
        shares: 200,
        entryFee: 2.5,
        exitAt: 361,
        proceeds: 120,
        exitFee: 2.4,
      },
    ]);
  });

  it('is not filled by a trade of the very moment of its signal, for that may have come before it', () => {
    const [row] = play({
      trades: [
        { at: 0, price: 0.2 },
        { at: 1, price: 0.5 },
      ],
    }).rows;
    expect([row.entryAt, row.entryPrice]).toEqual([1, 0.5]);
  });

  it.each([
    [0, 1, 0.41],
    [30_000, 1, 0.41],
    [5 * MINUTE_MS, 5, 0.42],
    [HOUR_MS, 61, 0.43],
  ])('with a delay of %d ms is filled by the first trade after it', (delayMs, at, price) => {
    const trades = [
      { at: 1, price: 0.41 },
      { at: 5, price: 0.42 },
      { at: 61, price: 0.43 },
    ];
    const [row] = play({ trades, strategies: [{ delayMs }] }).rows;
    expect([row.entryAt, row.entryPrice]).toEqual([at, price]);
  });

  it('takes the price of the other outcome for what it is: 1 minus', () => {
    const trades: TradeSpec[] = [
      { at: 1, outcome: 1, price: 0.7 },
      { at: 400, price: 0.6 },
    ];
    const bought = play({
      trades,
      signals: [
        { at: 0, outcome: 0 },
        { at: 0, outcome: 1 },
      ],
    }).rows;
    expect(bought.map((row) => row.entryPrice)).toEqual([0.3, 0.7]);
    expect(bought.map((row) => row.proceeds / row.shares)).toEqual([expect.closeTo(0.6), expect.closeTo(0.4)]);
  });

  it('pays half the spread when it buys and again when it sells', () => {
    const trades = [
      { at: 1, price: 0.48 },
      { at: 400, price: 0.52 },
    ];
    const [row] = play({ trades, rules: { halfSpread: 0.02 } }).rows;
    expect([row.entryPrice, row.shares, row.proceeds]).toEqual([0.5, 200, 100]);
  });

  it('is sold at the last known price when nobody trades in time, and says that it is stale', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 300, price: 0.55 },
      { at: 2000, price: 0.95 },
    ];
    const [row] = play({ trades }).rows;
    // Horizon at 360 minutes, stale 360 later.
    expect([row.state, row.exitAt]).toEqual(['stale', 720]);
    expect(row.proceeds).toBeCloseTo(110, 9);
  });

  it('is dropped when its market has no trade within the window', () => {
    const rules = { entryWindowMs: 10 * MINUTE_MS };
    expect(play({ trades: [{ at: 10, price: 0.5 }], rules }).rows[0].state).toBe('marked');
    expect(play({ trades: [{ at: 11, price: 0.5 }], rules }).rows[0].state).toBe('expired');
  });

  it('is dropped when its horizon passes before it is filled', () => {
    expect(play({ trades: [{ at: 360, price: 0.5 }] }).rows[0].state).toBe('expired');
  });

  it('is marked at the last price when the data end, and dropped when they end before a trade', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 2, price: 0.6 },
    ];
    const { rows } = play({ trades, signals: [{ at: 0 }, { at: 2 }, { at: 3 }] });
    expect(rows.map((row) => row.state)).toEqual(['marked', 'dataEnded', 'dataEnded']);
    expect([rows[0].exitAt, rows[0].proceeds, rows[0].exitFee]).toEqual([2, 120, 0]);
  });

  it.each([
    [0, 'noRoom'],
    [1, 'noRoom'],
    [0.995, 'noRoom'],
    [0.98, 'marked'],
  ])('at a price of %d and a half spread of .01 ends as %s', (price, state) => {
    expect(play({ trades: [{ at: 1, price }], rules: { halfSpread: 0.01 } }).rows[0].state).toBe(state);
  });

  it('sold at price 0 brings nothing and costs no fee', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 400, price: 0 },
    ];
    const [row] = play({ trades, markets: [{ feeRate: 0.05 }], rules: { halfSpread: 0.01 } }).rows;
    expect([row.state, row.proceeds, row.exitFee]).toEqual(['sold', 0, 0]);
  });
});

describe('a resolution', () => {
  const trades = [
    { at: 1, price: 0.25 },
    { at: 50, price: 0.3 },
    { at: 100, price: 0.99 },
    { at: 400, price: 0.01 },
  ];
  const signals = [
    { at: 0, outcome: 0 as const },
    { at: 0, outcome: 1 as const },
  ];

  it('pays 1 or 0 a share without a fee, and closes the market to later trades', () => {
    const { rows } = play({ trades, signals, markets: [{ feeRate: 0.04, resolvedAt: 60, payout: 1 }] });
    expect(rows.map(({ state, exitAt, proceeds, exitFee }) => [state, exitAt, proceeds, exitFee])).toEqual([
      ['resolved', 60, 400, 0],
      ['resolved', 60, 0, 0],
    ]);
    // 400 · .04 · .1875 = 3; floor(100 / .75 · 100) / 100 = 133.33 shares.
    expect(rows.map(({ entryFee, shares }) => [entryFee, shares])).toEqual([
      [3, 400],
      [0.99997, 133.33],
    ]);
  });

  it('of a void market pays .5 a share of either outcome', () => {
    const { rows } = play({ trades, signals, markets: [{ resolvedAt: 60, payout: 0.5 }] });
    expect(rows.map(({ state, proceeds }) => [state, proceeds])).toEqual([
      ['void', 200],
      ['void', 66.665],
    ]);
  });

  it('comes before a trade of the same millisecond', () => {
    const [row] = play({ trades, markets: [{ resolvedAt: 400, payout: 0 }], rules: { horizonMs: INFINITY } }).rows;
    expect([row.state, row.exitAt, row.proceeds]).toEqual(['resolved', 400, 0]);
  });

  it('comes before a sale at the last price that falls due at the same moment', () => {
    const markets = [{ resolvedAt: 720, payout: 1 }];
    const [row] = play({ trades: [...trades.slice(0, 3), { at: 900, price: 0.5 }], markets }).rows;
    expect([row.state, row.exitAt, row.proceeds]).toEqual(['resolved', 720, 400]);
  });

  it('drops what has not been filled, and signals that come after it', () => {
    const { rows } = play({
      trades: [
        { at: 100, price: 0.5 },
        { at: 200, price: 0.5 },
      ],
      signals: [{ at: 0 }, { at: 60 }, { at: 150 }],
      markets: [{ resolvedAt: 60, payout: 1 }],
    });
    expect(rows.map((row) => row.state)).toEqual(['tooLate', 'tooLate', 'tooLate']);
  });

  it('that never comes leaves a position held to resolution open: it is marked', () => {
    const [row] = play({ trades, rules: { horizonMs: INFINITY } }).rows;
    expect([row.state, row.exitAt, row.proceeds]).toEqual(['marked', 400, 4]);
  });
});

describe('money', () => {
  it('runs out: with $250 two orders are filled whole, the third with what is left, the fourth not at all', () => {
    const { rows } = play({
      trades: [{ at: 1, price: 0.5 }],
      signals: [{ at: 0 }, { at: 0 }, { at: 0 }, { at: 0 }],
      money: { bankrollUsd: 250 },
    });
    expect(rows.map(({ state, shares }) => [state, shares])).toEqual([
      ['marked', 200],
      ['marked', 200],
      ['marked', 100],
      ['noMoney', 0],
    ]);
  });

  it('covers the fee as well: of $100 at .5 and rate .05, 195.12 shares cost 97.56 and 2.439 in fees', () => {
    const { rows, equity } = play({
      trades: [{ at: 1, price: 0.5 }],
      markets: [{ feeRate: 0.05 }],
      money: { bankrollUsd: 100 },
    });
    expect([rows[0].shares, rows[0].entryFee]).toEqual([195.12, 2.439]);
    expect(equity[0].at(-1)).toBeCloseTo(100 - 2.439, 9);
  });

  it('comes back with a sale before the next order needs it', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 370, price: 0.5 },
      { at: 371, price: 0.5 },
    ];
    const signals = [{ at: 0 }, { at: 5 }, { at: 365 }];
    const { rows } = play({ trades, signals, money: { bankrollUsd: 100 } });
    // The second order expires with its horizon at 365; the third is filled by the very trade that frees the money.
    expect(rows.map(({ state, entryAt }) => [state, entryAt])).toEqual([
      ['sold', 1],
      ['expired', Number.NaN],
      ['marked', 370],
    ]);
  });

  it('stops at the limit of one market and goes on in another', () => {
    const { rows } = play({
      trades: [
        { at: 1, price: 0.5 },
        { at: 1, market: 1, price: 0.5 },
      ],
      signals: [{ at: 0 }, { at: 0 }, { at: 0 }, { at: 0, market: 1 }],
      markets: [{}, {}],
      money: { marketLimitUsd: 150 },
    });
    expect(rows.map(({ state, shares }) => [state, shares])).toEqual([
      ['marked', 200],
      ['marked', 100],
      ['marketFull', 0],
      ['marked', 200],
    ]);
  });

  it('is kept apart by strategy', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 400, price: 0.6 },
    ];
    const alone = play({ trades, strategies: [{}] }).equity[0];
    const beside = play({ trades, strategies: [{ delayMs: HOUR_MS }, {}, { isReversed: true }] }).equity[1];
    expect(beside).toEqual(alone);
    expect(alone.at(-1)).toBe(1020);
  });
});

describe('participation', () => {
  it('takes a tenth of each trade, shared by the orders of a strategy, oldest first', () => {
    const { rows } = play({
      trades: [
        { at: 1, price: 0.5, shares: 1000 },
        { at: 2, price: 0.5, shares: 3000 },
      ],
      signals: [{ at: 0 }, { at: 0 }, { at: 0 }],
      money: { participation: 0.1 },
    });
    expect(rows.map(({ entryAt, shares }) => [entryAt, shares])).toEqual([
      [1, 100],
      [2, 200],
      [2, 100],
    ]);
  });

  it('spreads a sale over as many trades as it takes, each with its own fee', () => {
    const { rows } = play({
      trades: [
        { at: 1, price: 0.5, shares: 10_000 },
        { at: 400, price: 0.6, shares: 1000 },
        { at: 401, price: 0.5, shares: 5000 },
      ],
      markets: [{ feeRate: 0.05 }],
      money: { participation: 0.1 },
    });
    // 100 at .6 and 100 at .5: 60 + 50; fees 1.2 and 1.25.
    expect(rows).toMatchObject([{ state: 'sold', exitAt: 401, proceeds: 110, exitFee: 2.45, shares: 200 }]);
  });

  it('is shared by sales and purchases of one trade, sales first', () => {
    const { rows } = play({
      trades: [
        { at: 1, price: 0.5, shares: 10_000 },
        { at: 361, price: 0.5, shares: 3000 },
        { at: 362, price: 0.5, shares: 10_000 },
      ],
      signals: [{ at: 0 }, { at: 0.5 }, { at: 360 }],
      money: { participation: 0.1 },
    });
    // 300 shares may be taken at 361: 200 of the first sale, 100 of the second, none for the purchase.
    expect(rows.map(({ entryAt, exitAt }) => [entryAt, exitAt])).toEqual([
      [1, 361],
      [1, 362],
      [362, 362],
    ]);
  });

  it('waits for a trade that is large enough for the smallest order', () => {
    const trades = [
      { at: 1, price: 0.5, shares: 10 },
      { at: 2, price: 0.7, shares: 1000 },
    ];
    expect(play({ trades, money: { participation: 0.1 } }).rows[0]).toMatchObject({ entryAt: 2, shares: 100 });
  });

  it('lets one strategy take nothing from another', () => {
    const strategies = [{}, {}];
    const { rows } = play({ trades: [{ at: 1, price: 0.5 }], strategies, money: { participation: 0.1 } });
    expect(rows.map((row) => row.shares)).toEqual([100, 100]);
  });
});

describe('venues and controls', () => {
  it('buys whole contracts on Kalshi and pays its fee to the millionth of a dollar', () => {
    const trades = [
      { at: 1, price: 0.3 },
      { at: 400, price: 0.5 },
    ];
    const [row] = play({ trades, markets: [{ venue: 'kalshi' }] }).rows;
    // 333 contracts; .07 · 333 · .21 = 4.8951; .07 · 333 · .25 = 5.8275.
    expect([row.shares, row.entryFee, row.exitFee]).toEqual([333, 4.8951, 5.8275]);
  });

  it('counts what was filled in markets without a fee schedule', () => {
    const trades = [
      { at: 1, price: 0.5 },
      { at: 1, market: 1, price: 0.5 },
    ];
    const signals = [{ at: 0 }, { at: 0, market: 1 }];
    const { rows, nWithoutFees } = play({ trades, signals, markets: [{}, { feeRate: 0.05 }] });
    expect([rows[0].entryFee, rows[1].entryFee, nWithoutFees]).toEqual([0, 2.5, 1]);
  });

  it('reversed, buys the other outcome of every signal', () => {
    const trades = [
      { at: 1, price: 0.2 },
      { at: 400, price: 0.4 },
    ];
    const { rows } = play({ trades, strategies: [{}, { isReversed: true }] });
    expect(rows.map(({ entryPrice, shares }) => [entryPrice, shares])).toEqual([
      [0.2, 500],
      [0.8, 125],
    ]);
    expect(rows.map((row) => row.proceeds)).toEqual([200, 75]);
  });
});

describe('equity', () => {
  it('is noted at the end of every day and of the data', () => {
    const day = 24 * 60;
    const { equity } = play({
      trades: [
        { at: 1, price: 0.5 },
        { at: day - 1, price: 0.55 },
        { at: 2.5 * day, price: 0.6 },
        { at: 3.5 * day, price: 0.4 },
      ],
      rules: { horizonMs: INFINITY },
    });
    expect(Array.from(equity[0])).toEqual([1010, 1010, 1020, 980]);
  });
});

/** 400 seeded trades and 80 signals in three markets, two of which resolve. */
function randomScene(seed: number): Scene {
  const random = createRandom(seed);
  const prices = [0.5, 0.3, 0.7];
  const trades = Array.from({ length: 400 }, (_, i) => {
    const market = random.integer(3);
    prices[market] = Math.min(0.97, Math.max(0.03, prices[market] + 0.03 * random.normal()));
    const price = Math.round(prices[market] * 100) / 100;
    return { at: Math.floor(i / 2) * 15, market, price, shares: 20 + random.integer(2000) };
  });
  const signals = Array.from({ length: 80 }, () => ({
    at: random.integer(200) * 15,
    market: random.integer(3),
    outcome: random.integer(2) as 0 | 1,
  })).sort((a, b) => a.at - b.at);
  return {
    trades,
    signals,
    markets: [
      { feeRate: 0.05 },
      { feeRate: 0.07, resolvedAt: 1500, payout: 1 },
      { venue: 'kalshi', resolvedAt: 2200, payout: 0 },
    ],
    strategies: [{}, { delayMs: HOUR_MS }, { isReversed: true }],
    money: { bankrollUsd: 800, participation: 0.2, marketLimitUsd: 400 },
    rules: { halfSpread: 0.01 },
  };
}

describe('on random tapes', () => {
  const seeds = [1, 2, 3, 4, 5, 6];

  it.each(seeds)('cutting the tape into batches changes nothing (seed %d)', (seed) => {
    const scene = randomScene(seed);
    expect(play({ ...scene, batchRows: 7 })).toEqual(play(scene));
  });

  it.each(seeds)('what comes after an exit changes nothing before it (seed %d)', (seed) => {
    const scene = randomScene(seed);
    const random = createRandom(100 + seed);
    const cutAt = 1200;
    const other = {
      ...scene,
      trades: scene.trades.map((trade) => (trade.at <= cutAt ? trade : { ...trade, price: random.integer(101) / 100 })),
      signals: scene.signals!.map((signal) => (signal.at <= cutAt ? signal : { ...signal, outcome: 1 as const })),
    };
    const closedBy = (rows: ReturnType<typeof play>['rows']) => rows.filter((row) => row.exitAt <= cutAt);
    const before = closedBy(play(scene).rows);
    expect(before.length).toBeGreaterThan(10);
    expect(closedBy(play(other).rows)).toEqual(before);
  });

  it.each(seeds)('every dollar is accounted for (seed %d)', (seed) => {
    const { rows, equity } = play(randomScene(seed));
    [0, 1, 2].forEach((strategy) => {
      const own = rows.filter((row) => row.strategy === strategy && row.shares > 0);
      const gain = own.reduce(
        (sum, row) => sum + row.proceeds - row.exitFee - row.shares * row.entryPrice - row.entryFee,
        0,
      );
      expect(own.length).toBeGreaterThan(10);
      expect(equity[strategy].at(-1)).toBeCloseTo(800 + gain, 6);
    });
  });
});

it.each([1, 2, 3, 4])('no bankroll is ever overdrawn (seed %d)', (seed) => {
  const scene = randomScene(seed);
  // Without a limit on participation every sale is one trade, so that the rows tell all that happens to the money.
  const { rows } = play({ ...scene, money: { bankrollUsd: 800 } });
  const events = rows
    .filter((row) => row.strategy === 0 && row.shares > 0)
    .flatMap((row) => [
      { at: row.entryAt, order: 1, usd: -row.shares * row.entryPrice - row.entryFee },
      ...(row.state === 'marked' ? [] : [{ at: row.exitAt, order: 0, usd: row.proceeds - row.exitFee }]),
    ])
    .sort((a, b) => a.at - b.at || a.order - b.order);
  let cash = 800;
  for (const { usd } of events) {
    cash += usd;
    expect(cash).toBeGreaterThan(-1e-6);
  }
  expect(rows.some((row) => row.state === 'noMoney')).toBe(true);
});

it('refuses a tape that runs backwards, with a plain error', () => {
  expect(() =>
    play({
      trades: [
        { at: 5, price: 0.5 },
        { at: 4, price: 0.5 },
      ],
    }),
  ).toThrow('rises in time');
});

it('with no trade at all fills nothing', () => {
  const { rows, equity } = play({ trades: [] });
  expect(rows[0].state).toBe('dataEnded');
  expect(Array.from(equity[0])).toEqual([1000]);
});
