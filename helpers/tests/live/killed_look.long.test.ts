import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { nowMs } from '../../run/clock.ts';
import type { SimulatedFolder } from '../doubles/simulated.ts';
import { decisionsIn, messagesById, saveModel, simulateDays, startWorld, WORDS } from './alert_bench.ts';
import { makeLiveBox, profileLines } from './bench.ts';

/** `LOOK_ROUNDS=25` are 50 kills, in two minutes and more. */
const N_ROUNDS = Number(process.env.LOOK_ROUNDS ?? 6);

let simulated: SimulatedFolder;
beforeAll(async () => {
  simulated = await simulateDays();
});
afterAll(() => simulated.remove());

/** What a run of 16 leaves behind that was killed after each of these times, ms, and then run to its end. */
async function lookThrough(killsMs: readonly number[]) {
  const world = await startWorld(simulated);
  const box = makeLiveBox();
  await saveModel(box);
  let nKilled = 0;
  for (const ms of killsMs) {
    const { code } = await box.run('live_alerts', WORDS, world.env, pause(ms));
    if (code === null) nKilled++;
  }
  const startedMs = nowMs();
  expect((await box.run('live_alerts', WORDS, world.env)).code).toBe(0);
  const wallMs = nowMs() - startedMs;
  const left = {
    decisions: decisionsIn(box),
    profiles: profileLines(box.liveDir),
    messages: messagesById(world.discord),
  };
  await world.close();
  box.remove();
  return { ...left, nKilled, wallMs };
}

it(`16, killed twice in each of ${N_ROUNDS} rounds at random moments of fetch, import, profiles, scores and sending, ends where an undisturbed run ends`, async () => {
  const calm = await lookThrough([]);
  const random = createRandom(7);
  let nKilled = 0;
  for (let round = 0; round < N_ROUNDS; round++) {
    const rough = await lookThrough([random.uniform() * calm.wallMs, random.uniform() * calm.wallMs]);
    nKilled += rough.nKilled;
    expect(rough.decisions).toEqual(calm.decisions);
    expect(rough.profiles).toEqual(calm.profiles);
    expect([...rough.messages.keys()].sort()).toEqual([...calm.messages.keys()].sort());
    // What was in flight at a kill is sent once more, with a mark.
    expect([...rough.messages.values()].every((n) => n <= 2)).toBe(true);
  }
  // On a machine that gets faster meanwhile, most runs have ended before their kill.
  expect(nKilled).toBeGreaterThan(Math.floor(N_ROUNDS / 5));
}, 1_800_000);
