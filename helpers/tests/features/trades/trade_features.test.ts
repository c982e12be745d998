import { afterAll, describe, expect, it } from 'vitest';
import { featuresBefore, forEachDay } from '../../../features/trades/build_features.ts';
import type { LabelState } from '../../../features/trades/future_prices.ts';
import type { Target } from '../../../features/trades/targets.ts';
import { createRandom } from '../../../kernels/random.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { createLog } from '../../../run/console.ts';
import { MARKETS, RAW_TRADES } from '../../../tables/schemas.ts';
import { openTable, partPaths, readTable, scanPart, TableWriter } from '../../../tables/table_store.ts';
import { type FillSpec, type MarketSpec, removeFolders, START_MS, writeTables } from '../tables.ts';

type Row = Record<string, number | string | null>;
const ROI: Target = { kind: 'roi', threshold: 0.05 };

afterAll(removeFolders);

function asRows(frame: { toRecords(): unknown[] }): Row[] {
  return (frame.toRecords() as Record<string, unknown>[]).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
    ),
  ) as Row[];
}

/** Features of all fills, by fill number. */
async function features(fills: readonly FillSpec[], markets: readonly MarketSpec[] = []): Promise<Row[]> {
  const dataDir = writeTables(fills, markets);
  const frame = await featuresBefore(
    openTable(dataDir, RAW_TRADES),
    readTable(openTable(dataDir, MARKETS)),
    Number.MAX_SAFE_INTEGER,
  );
  return asRows(frame).sort((a, b) => Number(a.fill_id) - Number(b.fill_id));
}

/** Rows with labels, and all fills counted by what is known of theirs. */
async function labelled(
  fills: readonly FillSpec[],
  markets: readonly MarketSpec[] = [],
  horizonMs = 6 * HOUR_MS,
): Promise<{ rows: Row[]; counts: Record<LabelState, number> }> {
  const dataDir = writeTables(fills, markets);
  const rows: Row[] = [];
  const counts = await forEachDay(
    {
      trades: openTable(dataDir, RAW_TRADES),
      markets: readTable(openTable(dataDir, MARKETS)),
      horizonMs,
      target: ROI,
      log: createLog({ quiet: true }),
    },
    (_, frame) => rows.push(...asRows(frame)),
  );
  return { rows: rows.sort((a, b) => Number(a.fill_id) - Number(b.fill_id)), counts };
}

const MARKET_SPECS: readonly MarketSpec[] = [
  {
    id: 'm0',
    createdMs: START_MS - DAY_MS,
    closeMs: START_MS + 3 * DAY_MS,
    resolvedMs: START_MS + 2.5 * DAY_MS,
    winner: 1,
  },
  { id: 'm1', createdMs: START_MS - DAY_MS },
  { id: 'm2', resolvedMs: START_MS + 1.5 * DAY_MS, isVoid: true },
];

function randomFills(seed: number, n: number): FillSpec[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => ({
    // Whole hours: many ties. Four days.
    at: START_MS + random.integer(96) * HOUR_MS,
    market: `m${random.integer(3)}`,
    outcome: random.integer(2) as 0 | 1,
    wallet: ['a', 'b', 'c', null][random.integer(4)],
    role: (['maker', 'taker', null] as const)[random.integer(3)],
    side: (['BUY', 'SELL'] as const)[random.integer(2)],
    price: (1 + random.integer(99)) / 100,
    shares: 1 + random.integer(500),
  })).sort((a, b) => a.at - b.at);
}

/** The definitions, word by word. */
function slowFeatures(fills: readonly FillSpec[], i: number): Record<string, number | null> {
  const fill = fills[i];
  const at = fill.at!;
  const usd = (f: FillSpec): number => Math.round(f.price! * f.shares! * 1e6) / 1e6;
  const own = fills.filter((f) => f.wallet === fill.wallet);
  const earlier = own.filter((f) => f.at! < at);
  const dayMs = Math.floor(at / DAY_MS) * DAY_MS;
  const beforeDay = own.filter((f) => f.at! < dayMs);
  const mean = earlier.reduce((sum, f) => sum + usd(f), 0) / earlier.length;
  const sd = Math.sqrt(earlier.reduce((sum, f) => sum + (usd(f) - mean) ** 2, 0) / (earlier.length - 1));
  const bet = beforeDay.filter(
    (f) => !(f.at! >= (MARKET_SPECS.find((m) => m.id === f.market)?.resolvedMs ?? Infinity)),
  );
  const roles = beforeDay.filter((f) => f.role !== null);
  const inMarket = fills.filter((f) => f.market === fill.market && f.at! < at);
  const volume = inMarket.filter((f) => f.role === 'taker').reduce((sum, f) => sum + usd(f), 0);
  const hasRoles = fill.role !== null || inMarket.some((f) => f.role !== null);
  const bets = MARKET_SPECS.filter((m) => m.winner !== undefined && m.resolvedMs! < dayMs).flatMap((m) =>
    [0, 1].flatMap((outcome) => {
      const bought = bet.filter((f) => f.market === m.id && f.outcome === outcome && f.side === 'BUY');
      const shares = bought.reduce((sum, f) => sum + f.shares!, 0);
      return shares === 0 ? [] : [{ won: m.winner === outcome, p: bought.reduce((s, f) => s + usd(f), 0) / shares }];
    }),
  );
  const nWon = bets.filter((b) => b.won).length;
  const variance = bets.reduce((sum, { p }) => sum + p * (1 - p), 0);
  const wallet = {
    wallet_n_bets: earlier.length,
    wallet_mean_bet_usd: earlier.length === 0 ? null : mean,
    z_score_size: earlier.length < 2 || sd <= 0.01 ? null : (usd(fill) - mean) / sd,
    wallet_age_hours: (at - Math.min(...own.map((f) => f.at!))) / HOUR_MS,
    wallet_idle_hours: earlier.length === 0 ? null : (at - Math.max(...earlier.map((f) => f.at!))) / HOUR_MS,
    wallet_markets: new Set(bet.map((f) => f.market)).size,
    wallet_maker_pct: roles.length === 0 ? null : (100 * roles.filter((f) => f.role === 'maker').length) / roles.length,
    wallet_bets_resolved: bets.length,
    wallet_win_rate_pct: bets.length === 0 ? null : (100 * nWon) / bets.length,
    wallet_edge_z: variance === 0 ? null : (nWon - bets.reduce((sum, { p }) => sum + p, 0)) / Math.sqrt(variance),
  };
  const nothing = Object.fromEntries(Object.keys(wallet).map((name) => [name, null]));
  return {
    ...(fill.wallet === null ? nothing : wallet),
    market_volume_usd: hasRoles ? volume : null,
    bet_vs_volume: hasRoles ? usd(fill) / (volume + usd(fill)) : null,
    is_buy: fill.side === 'BUY' ? 1 : 0,
    is_taker: fill.role === null ? null : fill.role === 'taker' ? 1 : 0,
    follow_index: fill.side === 'BUY' ? fill.outcome! : 1 - fill.outcome!,
    follow_price: fill.side === 'BUY' ? fill.price! : 1 - fill.price!,
  };
}

describe('features of fills', () => {
  it('agree with the definitions on random fills with ties, sales, unknown roles and unknown wallets', async () => {
    const fills = randomFills(1, 400);
    const rows = await features(fills, MARKET_SPECS);
    expect(rows).toHaveLength(400);
    rows.forEach((row, i) => {
      for (const [name, expected] of Object.entries(slowFeatures(fills, i)))
        expect(row[name], `${name} of fill ${i}`).toEqual(expected === null ? null : expect.closeTo(expected, 6));
    });
  });

  it('do not depend on the order of the rows in the file, nor on a clock that goes backwards', async () => {
    const fills = randomFills(2, 120).map((fill) => ({ ...fill, at: Math.min(fill.at!, START_MS + 20 * HOUR_MS) }));
    const sorted = await features(fills, MARKET_SPECS);
    const dataDir = writeTables(fills, MARKET_SPECS);
    const table = openTable(dataDir, RAW_TRADES);
    const [part] = table.manifest.parts;
    const backwards = scanPart(partPaths(table)[0], RAW_TRADES).collectSync().sort('fill_id', true);
    const writer = new TableWriter(dataDir, RAW_TRADES);
    writer.addPart(part.file.slice(0, 'month=2026-01/2026-01-05'.length), backwards, 'ts_ms');
    const body = { step: 'test', fingerprint: 't', options: {}, seed: 1, inputs: [], rejects: {}, metrics: {} };
    writer.commit([], { ...body, codeHash: 'test', startedMs: START_MS });
    const frame = await featuresBefore(
      openTable(dataDir, RAW_TRADES),
      readTable(openTable(dataDir, MARKETS)),
      Number.MAX_SAFE_INTEGER,
    );
    expect(asRows(frame).sort((a, b) => Number(a.fill_id) - Number(b.fill_id))).toEqual(sorted);
  });

  it('treat equal rows as separate fills of one moment, none of which comes before another', async () => {
    const rows = await features([{ wallet: 'a' }, { wallet: 'a' }, { wallet: 'a', at: START_MS + 1 }]);
    expect(rows.map((row) => row.wallet_n_bets)).toEqual([0, 0, 2]);
    expect(rows.map((row) => row.market_volume_usd)).toEqual([0, 0, 10]);
  });

  it('leave a wallet without a name without a history, and give its market one', async () => {
    const rows = await features([
      { wallet: null, venue: 'kalshi' },
      { wallet: null, venue: 'kalshi', at: START_MS + HOUR_MS },
    ]);
    expect(rows[1].wallet_n_bets).toBeNull();
    expect(rows[1].market_volume_usd).toBe(5);
  });

  it('give no z-score to bets that do not vary', async () => {
    const fills = [0, 1, 2, 3].map((k) => ({ at: START_MS + k * HOUR_MS, shares: k === 3 ? 1000 : 10 }));
    expect((await features(fills)).map((row) => row.z_score_size)).toEqual([null, null, null, null]);
  });

  it('tell the time to the scheduled end and since the opening', async () => {
    const [row] = await features(
      [{ at: START_MS + HOUR_MS }],
      [{ id: 'm', createdMs: START_MS - HOUR_MS, closeMs: START_MS + 4 * HOUR_MS }],
    );
    expect([row.hours_to_close, row.hours_since_open]).toEqual([3, 2]);
  });
});

describe('labels of fills', () => {
  it('compare the same outcome: a later trade of the other token counts at 1 − price', async () => {
    const { rows } = await labelled([
      { price: 0.4 },
      { at: START_MS + HOUR_MS, outcome: 1, price: 0.3 },
      { at: START_MS + 20 * HOUR_MS, market: 'other' },
    ]);
    expect(rows[0]).toMatchObject({ follow_index: 0, follow_price: 0.4, label: 1 });
    expect(rows[0].future_price).toBeCloseTo(0.7, 12);
  });

  it('follow a sale by buying the other outcome at 1 − price', async () => {
    const { rows } = await labelled([
      { side: 'SELL', price: 0.4 },
      { at: START_MS + HOUR_MS, price: 0.3 },
      { at: START_MS + 20 * HOUR_MS, market: 'other' },
    ]);
    expect(rows[0]).toMatchObject({ follow_index: 1, future_price: 0.3, label: 1 });
    expect(rows[0].follow_price).toBeCloseTo(0.6, 12);
  });

  it('look over the end of the day', async () => {
    const late = START_MS + 23 * HOUR_MS;
    const { rows } = await labelled([
      { at: late, price: 0.4 },
      { at: late + 3 * HOUR_MS, price: 0.8 },
      { at: late + 30 * HOUR_MS, market: 'other' },
    ]);
    expect(rows[0]).toMatchObject({ future_price: 0.8, label: 1, exit_ms: late + 6 * HOUR_MS });
  });

  it('look over several days for a long horizon', async () => {
    const { rows } = await labelled(
      [{ price: 0.4 }, { at: START_MS + 60 * HOUR_MS, price: 0.8 }, { at: START_MS + 80 * HOUR_MS, market: 'other' }],
      [],
      70 * HOUR_MS,
    );
    expect(rows[0]).toMatchObject({ future_price: 0.8, exit_ms: START_MS + 70 * HOUR_MS });
  });

  it('count what has none: traded once, void, certain, after the end', async () => {
    const at = (hour: number): number => START_MS + hour * HOUR_MS;
    const { rows, counts } = await labelled(
      [
        { market: 'once' },
        { market: 'void' },
        { market: 'certain', price: 1 },
        { market: 'certain', price: 0, at: at(1) },
        { market: 'done', at: at(2) },
        { market: 'done', at: at(5) },
        { market: 'never', at: at(3) },
        { market: 'never', at: at(4) },
        { market: 'late', at: at(30) },
      ],
      [
        { id: 'void', resolvedMs: at(1), isVoid: true },
        { id: 'done', resolvedMs: at(4), winner: 0 },
      ],
    );
    expect(counts).toEqual({
      known: 2,
      'after the resolution': 1,
      'void market': 1,
      'horizon beyond the data': 1,
      'no later trade within the horizon': 2,
      'price 0 or 1': 2,
    });
    expect(rows.map((row) => [row.market_id, row.future_price])).toEqual([
      ['done', 1],
      ['never', 0.5],
    ]);
  });

  it('are none at all when the horizon is longer than the data', async () => {
    const { rows, counts } = await labelled([{}, { at: START_MS + HOUR_MS }], [], 48 * HOUR_MS);
    expect(rows).toEqual([]);
    expect(counts['horizon beyond the data']).toBe(2);
  });
});
