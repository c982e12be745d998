import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AlertRecord } from '../../alerts/record.ts';
import { ALERT_RECORD } from '../../alerts/record.ts';
import { StreamAnalyzer } from '../../stream/analyzer.ts';
import type { StreamEvent } from '../../stream/events.ts';
import { openFoldState } from '../../stream/fold_state.ts';
import { ALERT_SETTINGS } from '../../stream/trade_alerts.ts';
import { loadedModel, marketEvent, quietStream, START_MS, whale } from './made_up_stream.ts';

const SETTINGS = { latenessMs: 10, nIds: 100_000, alerts: ALERT_SETTINGS };
const model = loadedModel();
const analyzer = () => new StreamAnalyzer(SETTINGS, (venue) => (venue === 'kalshi' ? model : null));
const run = (fold: StreamAnalyzer, events: readonly StreamEvent[]): AlertRecord[] =>
  events.flatMap((event) => fold.take(event));
const END: StreamEvent = { kind: 'tick', received_ms: START_MS + 1e9 };
const MARKETS = Array.from({ length: 20 }, (_, i) => marketEvent(`KXSIM-${i}`));
const alertsOf = (records: readonly AlertRecord[]): string[] =>
  records.filter(({ verdict }) => verdict === 'alert').map(({ tradeId }) => String(tradeId));

/** 3,000 quiet trades with whales among them. */
function day(): StreamEvent[] {
  const quiet = quietStream(3000);
  const whales = [1000, 2000, 2500].map((i) => whale(`whale-${i}`, quiet[i].ts_ms + 1, `KXSIM-${i % 7}`));
  return [...MARKETS, ...[...quiet, ...whales].sort((a, b) => a.received_ms - b.received_ms), END];
}

test('finds the planted whales and says why; every record is a whole one', () => {
  const records = run(analyzer(), day());
  expect(alertsOf(records)).toEqual(['whale-1000', 'whale-2000', 'whale-2500']);
  for (const record of records) ALERT_RECORD.parse(record);
  const [first] = records.filter(({ verdict }) => verdict === 'alert');
  expect(first).toMatchObject({
    rule: 'trade_anomaly',
    venue: 'kalshi',
    category: 'politics',
    marketTitle: 'Will it rain?',
    amountUsd: 36_000,
    modelRun: 'run-1',
  });
  expect(first.known).toMatchObject({ baseline: 'market' });
  expect(first.reasons.join('\n')).toContain('90,000 contracts');
});

test('a whale in the first minute of a market is scored against the category, alerted, and the alert says so', () => {
  const quiet = quietStream(2000);
  const late = quiet[1999].ts_ms;
  const records = run(analyzer(), [
    ...MARKETS,
    ...quiet,
    marketEvent('KXNEW-1'),
    whale('first', late + 10, 'KXNEW-1'),
    END,
  ]);
  expect(alertsOf(records)).toEqual(['first']);
  expect(records.at(-1)?.known.baseline).toBe('category');
  expect(records.at(-1)?.reasons.join('\n')).toContain('its category, as the market has no baseline yet');
});

test('so is one of a market of which nothing is known at all', () => {
  const quiet = quietStream(2000);
  const records = run(analyzer(), [...MARKETS, ...quiet, whale('unknown', quiet[1999].ts_ms + 10, 'KXODD-1'), END]);
  expect(alertsOf(records)).toEqual(['unknown']);
  expect(records.at(-1)).toMatchObject({ marketTitle: 'KXODD-1', outcomeName: 'Yes' });
});

test('a trade enters the baseline after it is scored: a whale does not hide itself', () => {
  const quiet = quietStream(2000);
  const at = quiet[1999].ts_ms;
  const records = run(analyzer(), [...MARKETS, ...quiet, whale('a', at + 10), whale('b', at + 20), END]);
  const means = Object.fromEntries(records.map(({ tradeId, known }) => [tradeId, Number(known.mean_contracts)]));
  expect(means.a).toBeLessThan(100);
  expect(means.b).toBeGreaterThan(500);
});

test('a trade that comes again, at once or an hour later, is scored once', () => {
  const events = day();
  const fold = analyzer();
  const once = run(analyzer(), events);
  const again = run(
    fold,
    events.flatMap((event): StreamEvent[] => (event.kind === 'trade' ? [event, event] : [event])),
  );
  expect(again).toEqual(once);
  expect(fold.counts.nDuplicates).toBe(3003);
});

test('trades of a venue without a model are folded and not scored', () => {
  const fold = analyzer();
  const poly = quietStream(10).map((event) => ({ ...event, venue: 'polymarket' as const }));
  expect(run(fold, [...poly, END])).toEqual([]);
  expect(fold.counts).toMatchObject({ nTrades: 10, nUnscored: 10, nScored: 0 });
});

test('old news, small sums and settlement sweeps are no alerts, and say why', () => {
  const quiet = quietStream(2000);
  const at = quiet[1999].ts_ms;
  const odd = [
    { ...whale('old', at + 10), received_ms: at + 2 * 3_600_000 },
    { ...whale('small', at + 20), price: 0.001, received_ms: at + 2 * 3_600_000 },
    { ...whale('sweep', at + 30, 'KXEND'), price: 0.97, received_ms: at + 2 * 3_600_000 },
  ];
  const end = marketEvent('KXEND', { close_ms: at + 3_600_000 });
  const records = run(analyzer(), [...MARKETS, end, ...quiet, ...odd, END]);
  const why = Object.fromEntries(records.map(({ tradeId, verdict, whyNot }) => [tradeId, `${verdict}: ${whyNot}`]));
  expect(why.old).toBe('suppressed: known 2h 00m after the trade');
  expect(why.small).toBe('near_miss: less than $500');
  expect(why.sweep).toBe('suppressed: a settlement sweep: the price is next to a dollar');
});

test('an analyzer that goes on from saved state after any event decides what one that never stopped does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-analyzer-'));
  const events = day();
  const whole = run(analyzer(), events);
  for (const [i, at] of [500, 1021, 2800].entries()) {
    const state = openFoldState(join(folder, `${i}.sqlite`));
    const first = analyzer();
    const before = run(first, events.slice(0, at - 200));
    state.save(first);
    before.push(...run(first, events.slice(at - 200, at)));
    state.save(first);
    const second = analyzer();
    const { order, markets } = state.load(second);
    second.restore(order, markets, first.takeChangedBaselines());
    // What was not acknowledged comes again.
    const after = run(second, events.slice(at - 150));
    expect(alertsOf([...before, ...after])).toEqual(alertsOf(whole));
    expect(second.counts.nDuplicates).toBeGreaterThan(140);
    state.close();
  }
  rmSync(folder, { recursive: true, force: true });
});
