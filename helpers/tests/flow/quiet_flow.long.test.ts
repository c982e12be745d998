import { expect, test } from 'vitest';
import { FlowMonitor } from '../../flow/flow_monitor.ts';
import { DAY_MS } from '../../run/clock.ts';
import { quietFlow, START_MS } from './made_up_flow.ts';

const N_PERIODS = 100;
const N_DAYS = 10;

test('1,000 days of quiet flow in twelve markets make less than one false alert a week', () => {
  const ids = ['A1', 'A2', 'A3', 'A4', 'B1', 'B2', 'B3', 'C1', 'C2', 'C3', 'D1', 'D2'];
  const counts = { trades: 0, flow_solo: 0, flow_cluster: 0, near_miss: 0, correlated_groups: 0 };
  for (let period = 0; period < N_PERIODS; period++) {
    const monitor = new FlowMonitor({ latenessMs: 0, nIds: 100_000 });
    const options = { nDays: N_DAYS, perDay: 200, seed: period + 1, closeDays: N_DAYS };
    for (const event of quietFlow(ids, options))
      for (const { verdict, rule } of monitor.take(event))
        if (verdict === 'alert') counts[rule as 'flow_solo' | 'flow_cluster']++;
        else counts.near_miss++;
    monitor.take({ kind: 'tick', received_ms: START_MS + 2 * N_DAYS * DAY_MS });
    counts.trades += monitor.counts.nTrades;
    counts.correlated_groups += monitor.correlated.length;
  }
  const perDay = (counts.flow_solo + counts.flow_cluster) / (N_PERIODS * N_DAYS);
  const line = { bench: 'quiet_flow', days: N_PERIODS * N_DAYS, ...counts, false_alerts_per_day: perDay };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  expect(perDay).toBeLessThan(1 / 7);
}, 600_000);
