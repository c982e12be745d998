import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { nowMs } from '../../run/clock.ts';
import { decisionsIn, messagesById, saveModel, simulateDays, startWorld, WORDS } from './alert_bench.ts';
import { makeLiveBox, profileLines } from './bench.ts';

const N_KILLS = 50;

it(`16, killed at ${N_KILLS} moments of fetch, import, profiles, scores and sending, ends where an undisturbed run ends`, async () => {
  const simulated = await simulateDays();
  const [calmWorld, roughWorld] = [await startWorld(simulated), await startWorld(simulated)];
  const [calm, rough] = [makeLiveBox(), makeLiveBox()];
  await Promise.all([saveModel(calm), saveModel(rough)]);
  const startedMs = nowMs();
  expect((await calm.run('live_alerts', WORDS, calmWorld.env)).code).toBe(0);
  const wholeMs = nowMs() - startedMs;
  const random = createRandom(7);
  let nKilled = 0;
  for (let i = 0; i < N_KILLS; i++) {
    const { code } = await rough.run('live_alerts', WORDS, roughWorld.env, pause(random.uniform() * wholeMs));
    if (code === null) nKilled++;
  }
  expect(nKilled).toBeGreaterThan(N_KILLS / 2);
  expect((await rough.run('live_alerts', WORDS, roughWorld.env)).code).toBe(0);
  expect(decisionsIn(rough)).toEqual(decisionsIn(calm));
  expect(profileLines(rough.liveDir)).toEqual(profileLines(calm.liveDir));
  const [wanted, got] = [messagesById(calmWorld.discord), messagesById(roughWorld.discord)];
  expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort());
  // What was in flight at a kill is sent once more, with a mark.
  expect([...got.values()].every((n) => n <= 2)).toBe(true);
  for (const one of [calmWorld, roughWorld]) await one.close();
  for (const one of [calm, rough, simulated]) one.remove();
}, 1_800_000);
