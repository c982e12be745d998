/** The stream under load, whose processes and brokers are killed or missing for a while, and what has become of the planted whales. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBus } from '../../bus/open_bus.ts';
import { createRandom } from '../../kernels/random.ts';
import { RAW_TRADES } from '../../stream/events.ts';
import { startKalshiVenue } from './kalshi_venue.ts';
import { quietStream, saveModel, whale } from './made_up_stream.ts';
import { PARTS, streamProcesses } from './processes.ts';

const TRADES_PER_STEP = 4;
const STEP_MS = 25;
/** Between two kills there is this much time, at most. */
const KILL_MS_MAX = 3000;
const N_QUIET = 3000;
const N_MARKETS = 20;
const PATIENCE_MS = 180_000;
/** A queue is empty when so many looks in a row find it so: RabbitMQ does not count what a reader has in hand. */
const N_EMPTY_LOOKS = 20;

interface Killable {
  readonly name: string;
  kill(): Promise<void>;
  start(): Promise<void> | void;
}

interface Outcome {
  readonly planted: readonly string[];
  readonly found: readonly string[];
  /** Alerts that were sent more than once. */
  readonly duplicated: readonly string[];
  readonly waiting: number;
  readonly dead: number;
  readonly text: string;
}

export interface KillOutcome extends Outcome {
  readonly kills: Readonly<Record<string, number>>;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function waitFor(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; !(await isTrue()) && performance.now() < endMs; )
    await pause(100);
}

type Processes = ReturnType<typeof streamProcesses>;

export interface LoadedStream {
  readonly stream: Processes;
  readonly parts: readonly Killable[];
  /** Has a whale trade in the next market. */
  plant(): void;
  /** Ends the load, and waits until all that was planted is alerted and nothing waits. */
  settle(): Promise<Outcome>;
}

/** All three processes, with a venue at which somebody trades all the time, handed to `work`. */
export async function withLoadedStream<T>(
  env: Readonly<Record<string, string>>,
  work: (loaded: LoadedStream) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-loaded-'));
  const venue = await startKalshiVenue();
  saveModel(join(folder, 'models'));
  const limits = ['--alerts-per-day', '100000', '--market-pause', '0'];
  const stream = streamProcesses(folder, { ...venue.env(folder), ...env }, { stream_alerter: limits });
  const parts: Killable[] = PARTS.map((name) => ({
    name,
    kill: () => stream.kill(name),
    start: () => stream.start(name),
  }));
  const planted: string[] = [];
  let nTrades = 0;
  const offer = (n: number): void => {
    for (const trade of quietStream(n, { seed: 100 + nTrades, firstMs: Date.now() - n, stepMs: 1 })) venue.trade(trade);
    nTrades += n;
  };
  const busUrl = env.BUS_URL ?? `sqlite:${join(stream.dataDir, 'live', 'stream', 'bus')}`;
  let load: NodeJS.Timeout | undefined;
  const settle = async (): Promise<Outcome> => {
    clearInterval(load);
    await waitFor(() => planted.every((id) => stream.sent().includes(id)));
    const bus = await openBus(busUrl, { onDown: () => undefined });
    // It goes on telling of its markets; what it says while the others end would wait for the next start.
    await stream.kill('stream_ingestor');
    let nEmpty = 0;
    await waitFor(async () => {
      nEmpty = (await bus.state(RAW_TRADES)).waiting === 0 ? nEmpty + 1 : 0;
      return nEmpty === N_EMPTY_LOOKS;
    });
    await stream.stop();
    const { waiting, dead } = await bus.state(RAW_TRADES);
    await bus.close();
    const sent = stream.sent();
    return {
      planted,
      found: planted.filter((id) => sent.includes(id)),
      duplicated: sent.filter((id, i) => sent.indexOf(id) !== i),
      waiting,
      dead,
      text: stream.text(),
    };
  };
  const plant = (): void => {
    const id = `whale-${planted.length}`;
    venue.trade(whale(id, Date.now(), `KXSIM-${planted.length % N_MARKETS}`));
    planted.push(id);
  };
  try {
    for (const part of parts) await part.start();
    await waitFor(() => venue.socket.heard.some((text) => text.includes('"trade"')));
    for (const trade of quietStream(N_QUIET, { firstMs: Date.now() - 50 * N_QUIET })) venue.trade(trade);
    load = setInterval(() => offer(TRADES_PER_STEP), STEP_MS);
    return await work({ stream, parts, plant, settle });
  } finally {
    clearInterval(load);
    await stream.stop();
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param others what else is killed: brokers; they come back before anybody must do without them for long */
export async function killAtRandom(
  nKills: number,
  env: Readonly<Record<string, string>> = {},
  others: readonly Killable[] = [],
): Promise<KillOutcome> {
  const random = createRandom(nKills);
  const kills: Record<string, number> = {};
  return await withLoadedStream(env, async ({ parts, plant, settle }) => {
    for (let n = 0; n < nKills; n++) {
      await pause(KILL_MS_MAX * random.uniform());
      plant();
      await pause(KILL_MS_MAX * random.uniform() * 0.1);
      const victim = [...parts, ...others][random.integer(parts.length + others.length)];
      await victim.kill();
      kills[victim.name] = (kills[victim.name] ?? 0) + 1;
      await pause(500 * random.uniform());
      await victim.start();
    }
    return { ...(await settle()), kills };
  });
}
