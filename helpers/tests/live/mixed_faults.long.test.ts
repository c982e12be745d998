import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOutbox } from '../../alerts/outbox/outbox.ts';
import { faultsAtRandom } from '../../doubles/discord/faults.ts';
import { HTTP_FAULTS } from '../../doubles/faults.ts';
import { createRandom } from '../../kernels/random.ts';
import { alertFolder } from '../../live/live_alerts.ts';
import { MINUTE_MS, nowMs } from '../../run/clock.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import type { SimulatedFolder } from '../doubles/simulated.ts';
import { type AlertWorld, messagesById, saveModel, simulateDays, startWorld, WORDS } from './alert_bench.ts';
import { frameLines, type LiveBox, makeLiveBox, profileLines } from './bench.ts';

/** `FAULT_MINUTES=10` goes on for ten minutes; else one round. */
const MINUTES = Number(process.env.FAULT_MINUTES ?? 0);
const SHARE = 0.25;

let simulated: SimulatedFolder;
beforeAll(async () => {
  simulated = await simulateDays();
});
afterAll(() => simulated.remove());

/** State of each delivery to Discord by alert. */
function statesIn({ dataDir }: LiveBox): Map<string, string> {
  const outbox = openOutbox(alertFolder(dataDir), nowMs());
  const states = [...outbox.rows()].map(({ record, deliveries }): [string, string] => [
    record.id,
    [
      record.verdict,
      ...[...deliveries.values()].flatMap(({ sink, state }) => (sink.startsWith('DISCORD') ? [state] : [])),
    ].join(' '),
  ]);
  outbox.close();
  return new Map(states.sort());
}

/** What 16 leaves behind that looks at noon and at midnight. */
async function twoLooks(world: AlertWorld) {
  const box = makeLiveBox();
  await saveModel(box);
  for (const until of ['2026-01-09T12:00', '2026-01-10']) {
    const words = WORDS.map((word) => (word === '2026-01-10' ? until : word));
    const { code, text } = await box.run('live_alerts', words, world.env);
    expect([code, text.split('\n').slice(-4)]).toEqual([0, expect.anything()]);
  }
  const left = {
    trades: frameLines(readTable(openTable(box.liveDir, RAW_TRADES))),
    profiles: profileLines(box.liveDir),
    states: statesIn(box),
    messages: messagesById(world.discord),
  };
  await world.close();
  box.remove();
  return left;
}

it(
  `every fault of every double mixed${MINUTES > 0 ? `, for ${MINUTES} minutes` : ''}: no row lost or doubled, no alert lost`,
  async () => {
    const calm = await twoLooks(await startWorld(simulated));
    expect(new Set(calm.trades).size).toBe(calm.trades.length);
    const endMs = nowMs() + MINUTES * MINUTE_MS;
    let nFaults = 0;
    for (let round = 1; round === 1 || nowMs() < endMs; round++) {
      const plan = (seed: number) => ({ faults: HTTP_FAULTS, share: SHARE, random: createRandom(seed) });
      const graphqlFaults = { ...plan(2 * round), faults: [...HTTP_FAULTS, 'graphql errors'] as const };
      const world = await startWorld(simulated, {
        venues: { faults: plan(2 * round + 1), graphqlFaults },
        discord: faultsAtRandom(round, SHARE),
      });
      const rough = await twoLooks(world);
      nFaults += [world.venues.gamma, world.venues.dataApi, world.venues.subgraph].reduce(
        (n, double) => n + double.nFaults,
        0,
      );
      expect(rough.trades).toEqual(calm.trades);
      expect(rough.profiles).toEqual(calm.profiles);
      expect([...rough.states.keys()]).toEqual([...calm.states.keys()]);
      for (const [id, state] of calm.states) {
        const own = rough.states.get(id)!;
        // Where the connection ended twice in the middle nobody knows whether the alert has arrived, and the digest says so.
        expect([state, 'alert unknown']).toContain(own);
        const n = rough.messages.get(id) ?? 0;
        expect([id, n <= 2 && (n > 0 || own !== 'alert sent')]).toEqual([id, true]);
      }
    }
    expect(nFaults).toBeGreaterThan(3);
  },
  1_800_000 + MINUTES * MINUTE_MS,
);
