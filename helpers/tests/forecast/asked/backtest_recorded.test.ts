/** Recorded answers as strategies, on recorded order books: what was paid, what leaks, and what is found where there is something to find. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withAskedMarkets } from '../../../forecast/asked/asked_questions.ts';
import { backtestRecorded } from '../../../forecast/asked/backtest_recorded.ts';
import { replayBooks } from '../../../forecast/asked/book_tape.ts';
import { openRecord, type RecordedAnswer, type RecordedLine, readRecord } from '../../../forecast/asked/record.ts';
import { recordedOpportunities } from '../../../forecast/asked/recorded_opportunities.ts';
import { createRandom } from '../../../kernels/random.ts';
import { STATE } from '../../../replay/model.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../run/clock.ts';
import { takerFeeUsd } from '../../../venues/fees.ts';
import { rejection } from '../../refusal.ts';

const T0 = Date.UTC(2026, 10, 1);
const RULES = {
  horizonMs: Number.POSITIVE_INFINITY,
  entryWindowMs: HOUR_MS,
  staleMs: Number.POSITIVE_INFINITY,
  halfSpread: 0.2,
  minOrderUsd: 1,
};
const MONEY = { bankrollUsd: 10_000, stakeUsd: 20, marketLimitUsd: 500, participation: 1 };
const QUIET = {
  note: () => {},
  result: () => {},
  warn: () => {},
  progress: () => ({ update: () => {}, done: () => {} }),
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function answer(m: number, changes: Partial<RecordedAnswer> = {}): RecordedAnswer {
  const toldMs = T0 + m * HOUR_MS;
  return {
    kind: 'answer',
    forecaster: 'llm',
    ...{ ticker: `KX-${m}-A`, event: `KX-${m}`, series: 'KX', toldMs, closesMs: toldMs + 2 * HOUR_MS },
    ...{ quotedMs: toldMs - SECOND_MS, bid: 0.3, ask: 0.34, feeRate: 0.07 },
    forecast: { kind: 'estimate', p: 0.5, spread: null, n: 3, sources: [], reasons: [] },
    usd: 0.01,
    trainedUntilMs: null,
    ...changes,
  };
}
const result = (m: number, payout: number, afterMs = 3 * HOUR_MS): RecordedLine => ({
  ...{ kind: 'result', ticker: `KX-${m}-A`, payout, knownMs: T0 + m * HOUR_MS + afterMs },
});

function write(lines: readonly RecordedLine[]): void {
  const { journal } = openRecord(folder);
  journal.append(lines);
  journal.close();
}

let nLines = 0;
/** Lines of a recording: frames that come at these times. */
function record(lines: readonly (readonly [ms: number, kind: string, text: unknown])[]): void {
  const frames = join(folder, 'live', 'frames', 'kalshi');
  mkdirSync(frames, { recursive: true });
  const rows = lines.map(([ms, kind, text]) =>
    JSON.stringify({
      n: nLines++,
      received_ms: ms,
      kind,
      text: typeof text === 'string' ? text : JSON.stringify(text),
    }),
  );
  appendFileSync(join(frames, '20261101T000000000Z.jsonl'), `${rows.join('\n')}\n`);
}
const HEADER = [T0 - HOUR_MS, 'file', { venue: 'kalshi', markets: [] }] as const;
const snapshot = (m: number, ms: number, bid: string, ask: string, size = '100.00') => {
  const no = (1 - Number(ask)).toFixed(4);
  const msg = { market_ticker: `KX-${m}-A`, yes_dollars_fp: [[bid, size]], no_dollars_fp: [[no, size]] };
  return [ms, 'frame', { type: 'orderbook_snapshot', sid: 1, seq: 1, msg }] as const;
};

const job = (changes = {}) => ({
  ...{
    kinds: ['llm'] as const,
    rules: RULES,
    money: MONEY,
    delayMs: 30 * SECOND_MS,
    dataDir: folder,
    books: undefined,
  },
  ...{ tape: null, edgeRule: { nEventsMin: 30, z: 1.64 }, nDraws: 5, seed: 1, log: QUIET },
  ...changes,
});

/** Follows every claim on the recorded books; what became of each order. */
async function follow(lines: readonly RecordedLine[], delayMs = 30 * SECOND_MS) {
  write(lines);
  const stored = readRecord(folder);
  const { markets, eventOf } = withAskedMarkets(null, stored);
  const { opportunities } = recordedOpportunities(stored, { markets, eventOf }, 'llm');
  const picks = Uint32Array.from({ length: opportunities.nRows }, (_, i) => i);
  const frames = join(folder, 'live', 'frames', 'kalshi');
  const books = { folder: frames, markets, rules: RULES, delayMs };
  const { orders, unfilled } = await replayBooks(books, opportunities, [
    { name: 'all', picks, isReversed: false, delayMs, money: MONEY },
  ]);
  return { orders, unfilled: unfilled[0] };
}

describe('an order on recorded books', () => {
  it('pays the ask that stands after the delay, though nothing changes then, and is paid when the result was known', async () => {
    record([HEADER, snapshot(0, T0 - MINUTE_MS, '0.3000', '0.3600'), [T0 + HOUR_MS, 'down', 'gone']]);
    const { orders } = await follow([answer(0), result(0, 1)]);
    expect(orders.n).toBe(1);
    expect(orders.entryPrice[0]).toBeCloseTo(0.36, 9);
    expect(orders.entryMs[0]).toBe(T0 + 30 * SECOND_MS + 1);
    expect(orders.entryFee[0]).toBe(takerFeeUsd('kalshi', orders.shares[0], 0.36, 0.07, null));
    expect(orders.proceeds[0]).toBe(orders.shares[0]);
    expect(orders.state[0]).toBe(STATE.resolved);
  });

  it('pays what the price has become in the meantime, and never the price that the forecaster saw', async () => {
    const dearer = { type: 'orderbook_snapshot', sid: 1, seq: 2 };
    record([
      HEADER,
      snapshot(0, T0 - MINUTE_MS, '0.3000', '0.3400'),
      [
        T0 + SECOND_MS,
        'frame',
        {
          ...dearer,
          msg: { market_ticker: 'KX-0-A', yes_dollars_fp: [['0.5500', '9.00']], no_dollars_fp: [['0.4200', '9.00']] },
        },
      ],
      [T0 + HOUR_MS, 'down', 'gone'],
    ]);
    const { orders } = await follow([answer(0), result(0, 0)]);
    expect(orders.entryPrice[0]).toBeCloseTo(0.58, 9);
    // No more than is offered.
    expect(orders.shares[0]).toBe(9);
    expect(orders.proceeds[0]).toBe(0);
  });

  it('of the other outcome pays 1 − bid', async () => {
    record([HEADER, snapshot(0, T0 - MINUTE_MS, '0.3000', '0.3600'), [T0 + HOUR_MS, 'down', 'gone']]);
    const low = answer(0, { forecast: { kind: 'estimate', p: 0.1, spread: null, n: 3, sources: [], reasons: [] } });
    const { orders } = await follow([low, result(0, 0)]);
    expect(orders.entryPrice[0]).toBeCloseTo(0.7, 9);
    expect(orders.proceeds[0]).toBe(orders.shares[0]);
  });

  it('is not filled while the book is not known, on one side alone or after the recording', async () => {
    record([
      HEADER,
      ...[0, 1].map((m) => snapshot(m, T0 - MINUTE_MS, '0.3000', '0.3600')),
      [T0 + SECOND_MS, 'missed', '{"what":"orderbook_delta"}'],
      [T0 + 30 * MINUTE_MS, 'frame', { type: 'subscribed' }],
    ]);
    const late = answer(1, { toldMs: T0 + HOUR_MS });
    const { orders, unfilled } = await follow([answer(0), late, result(0, 1), result(1, 1)]);
    expect(orders.n).toBe(0);
    expect(unfilled.reduce((sum, n) => sum + n, 0)).toBe(2);
  });
});

describe('answers that could have known', () => {
  it('are left out and counted: told after the close, of a model trained later, after the result, or before the price was read', () => {
    const told = T0;
    const lines: RecordedLine[] = [
      answer(0),
      answer(1, { closesMs: T0 + HOUR_MS }),
      answer(2, { trainedUntilMs: T0 + 4 * HOUR_MS }),
      answer(3),
      result(3, 1, -1),
      answer(4, { quotedMs: told + 4 * HOUR_MS + 1 }),
      answer(5, { forecaster: 'weather' }),
      answer(6, { forecast: { kind: 'abstain', why: 'it refused' } }),
      // The price holds already what is said.
      answer(7, { forecast: { kind: 'estimate', p: 0.33, spread: null, n: 3, sources: [], reasons: [] } }),
    ];
    const { opportunities, refused } = recordedOpportunities(lines, withAskedMarkets(null, lines), 'llm');
    expect([...opportunities.tsMs]).toEqual([T0]);
    expect(Object.fromEntries(refused)).toEqual({
      'the market had closed when it was told': 1,
      'the market closed before the model was trained': 1,
      'the result was known when it was told': 1,
      'the price was read after it was told': 1,
    });
  });
});

/** Markets an hour apart whose books stand at .30 to .34, and a forecaster that says .5. */
function writeWorld(truth: number, nMarkets: number, seed: number): void {
  const random = createRandom(seed);
  const lines: RecordedLine[] = [];
  const frames: Parameters<typeof record>[0][number][] = [HEADER];
  for (let m = 0; m < nMarkets; m++) {
    lines.push(answer(m), result(m, random.uniform() < truth ? 1 : 0));
    frames.push(snapshot(m, T0 + m * HOUR_MS - MINUTE_MS, '0.3000', '0.3400'));
  }
  record([...frames, [T0 + nMarkets * HOUR_MS, 'frame', { type: 'subscribed' }]]);
  write(lines);
}

describe('a forecaster', () => {
  it('that is right pays, once thirty of its claims have come true or not', async () => {
    writeWorld(0.5, 400, 3);
    const { rows, results, notes } = await backtestRecorded(job());
    const main = rows.find(({ variant }) => variant === 'main')!;
    expect(results[0].verdict).toBe('pays');
    expect(main.nSignals).toBeLessThanOrEqual(370);
    // A share that wins with .5 costs .34 and a fee of 1.57 cents.
    const truth = 0.5 / (0.34 + takerFeeUsd('kalshi', 58, 0.34, 0.07, null) / 58) - 1;
    expect(main.returnLow).toBeLessThan(truth);
    expect(main.returnHigh).toBeGreaterThan(truth);
    expect(rows.find(({ variant }) => variant === 'reverse')!.returnMean).toBeLessThan(0);
    expect(notes[0]).toMatch(/^Orders took what recorded order books offered/);
  });

  it('that is wrong is not followed for long: its claims have not come true so far', async () => {
    writeWorld(0.32, 400, 4);
    const { rows, results } = await backtestRecorded(job());
    expect(results[0].verdict).not.toBe('pays');
    expect(rows.find(({ variant }) => variant === 'main')!.nSignals).toBeLessThan(200);
  });
});

describe('the test of recorded answers', () => {
  it('says what it lacks: answers, or prices', async () => {
    expect(await rejection(() => backtestRecorded(job()))).toMatch(/^missing-input: nothing is recorded of llm/);
    write([answer(0)]);
    expect(await rejection(() => backtestRecorded(job()))).toMatch(/^missing-input: there are no prices to trade at/);
    expect(await rejection(() => backtestRecorded(job({ books: join(folder, 'none') })))).toMatch(
      /none holds no recording/,
    );
  });
});
