import { expect, test } from 'vitest';
import { Budget, slidingWindow } from '../../http/budget.ts';
import { quickPorts } from './faulty_server.ts';

const GO_ON = new AbortController().signal;

test('no window of the length of the limit holds more requests than it allows', async () => {
  const ports = quickPorts();
  const budget = new Budget([slidingWindow(200, 10)], ports);
  const times: number[] = [];
  for (let i = 0; i < 1000; i++) {
    await budget.pass('/trades', 1, GO_ON);
    times.push(ports.nowMs());
  }
  for (let i = 200; i < times.length; i++) expect(times[i] - times[i - 200]).toBeGreaterThanOrEqual(10_000);
  // 20 at once, then 18 a second: 980 requests take 54.4 s.
  expect(times.at(-1)! - times[0]).toBeLessThan(56_000);
});

test('a request draws from the bucket of its path and from that of the host', async () => {
  const ports = quickPorts();
  const budget = new Budget(
    [
      { capacity: 10, perSecond: 10 },
      { path: '/trades', capacity: 1, perSecond: 1 },
    ],
    ports,
  );
  const start = ports.nowMs();
  for (let i = 0; i < 8; i++) await budget.pass('/markets', 1, GO_ON);
  expect(ports.nowMs()).toBe(start);
  await budget.pass('/trades', 1, GO_ON);
  await budget.pass('/trades', 1, GO_ON);
  expect(ports.nowMs() - start).toBe(1000);
});

test('a pause that the server asks for holds for all, and costs count', async () => {
  const ports = quickPorts();
  const budget = new Budget([{ capacity: 200, perSecond: 200 }], ports);
  const start = ports.nowMs();
  budget.pause(5000);
  await budget.pass('/a', 200, GO_ON);
  expect(ports.nowMs() - start).toBe(5000);
  await budget.pass('/b', 100, GO_ON);
  expect(ports.nowMs() - start).toBe(5500);
});

test('a clock that is set back adds no tokens and loses none', async () => {
  let now = 1_000_000;
  let waited = 0;
  const budget = new Budget([{ capacity: 2, perSecond: 1 }], {
    nowMs: () => now,
    sleep: async (ms) => {
      waited += ms;
      now += ms;
    },
  });
  await budget.pass('/', 1, GO_ON);
  now -= 600_000;
  await budget.pass('/', 1, GO_ON);
  expect(waited).toBe(0);
  await budget.pass('/', 1, GO_ON);
  expect(waited).toBe(1000);
});
