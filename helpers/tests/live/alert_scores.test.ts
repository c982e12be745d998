import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openOutbox, readDecisions } from '../../alerts/outbox/outbox.ts';
import { messageRecord } from '../../alerts/record.ts';
import { recentDecisions } from '../../live/alert_scores.ts';
import { alertFolder } from '../../live/live_alerts.ts';
import { DAY_MS } from '../../run/clock.ts';
import { streamFolder } from '../../stream/service.ts';
import { madeUpRecord } from '../alerts/made_up_record.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-scores-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('22 follows the decisions of 16 and of the stream, in order of time, also while a service has its outbox open', () => {
  const nowMs = Date.UTC(2026, 10, 21);
  expect(recentDecisions({ dataDir }, nowMs, 30)).toEqual([]);
  const record = (n: number, decidedMs: number, own = {}) =>
    madeUpRecord({ id: String(n).padStart(24, '0'), marketId: `0x${'1'.repeat(64)}`, decidedMs, ...own });
  const ofLook = openOutbox(alertFolder(dataDir), nowMs);
  ofLook.decide(
    [record(1, nowMs - 1000), record(2, nowMs - 40 * DAY_MS)].map((one) => ({ record: one, deliveries: [] })),
  );
  const ofStream = openOutbox(join(streamFolder(dataDir), 'alerts'), nowMs);
  // A digest is no decision.
  const digest = messageRecord(
    { rule: 'digest', period: 'x', title: 'x', eventMs: nowMs, reasons: [], known: {}, isTest: false },
    nowMs,
  );
  ofStream.decide([{ record: digest, deliveries: [] }]);
  const others = [record(3, nowMs - 5000), record(4, nowMs - 9000, { marketId: 'KXHIGHNY-26AUG13-B84.5' })];
  ofStream.decide(others.map((one) => ({ record: one, deliveries: [] })));
  expect(readDecisions(join(streamFolder(dataDir), 'alerts')).map(({ id }) => Number(id))).toEqual([3, 4]);
  const ids = recentDecisions({ dataDir }, nowMs, 30).map(({ id }) => Number(id));
  expect(ids).toEqual([3, 1]);
  ofLook.close();
  ofStream.close();
});
