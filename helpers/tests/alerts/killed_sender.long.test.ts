import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Delivery } from '../../alerts/outbox/delivery.ts';
import { openOutbox } from '../../alerts/outbox/outbox.ts';
import { type DiscordDouble, startDiscordDouble } from '../../doubles/discord/discord_double.ts';
import { createRandom } from '../../kernels/random.ts';
import { nowMs } from '../../run/clock.ts';

const N_ALERTS = 150;
const N_KILLS = 50;

let folder: string;
let script: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-killed-'));
  script = join(folder, 'sending_process.mjs');
  // In one file it starts in a fifth of the time that tsx needs.
  buildSync({
    entryPoints: [fileURLToPath(import.meta.resolve('./sending_process.ts'))],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param prefix words in front of the command, such as `prlimit --fsize=30000` */
function startSender(box: string, double: DiscordDouble, prefix: readonly string[] = []): ChildProcess {
  const [command, ...args] = [...prefix, process.execPath, script, box, double.webhookUrl('7'), String(N_ALERTS)];
  return spawn(command, args, { stdio: ['ignore', 'pipe', prefix.length === 0 ? 'inherit' : 'ignore'] });
}

/** Lets a sender run to its end; @returns its exit code. */
async function runToEnd(box: string, double: DiscordDouble, prefix: readonly string[] = []): Promise<number | null> {
  const [code] = await once(startSender(box, double, prefix), 'exit');
  return code;
}

/** Waits until `isTrue`, looking every millisecond. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((done) => setTimeout(done, 1));
}

/** Starts a sender and kills it `afterMs` after its start, or after the double has got so many more messages. */
async function runAndKill(box: string, double: DiscordDouble, nMore: number | null, afterMs: number): Promise<void> {
  const child = startSender(box, double);
  const ended = once(child, 'exit');
  const nMessages = double.messages.length + (nMore ?? 0);
  await until(() => double.messages.length >= nMessages || child.exitCode !== null);
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
}

function startDouble(): Promise<DiscordDouble> {
  return startDiscordDouble({
    webhooks: new Map([['7', 'a-secret-token']]),
    bucket: { limit: 10_000, windowMs: 1000 },
    latencyMs: 4,
  });
}

function deliveriesIn(box: string): Map<string, Delivery> {
  const outbox = openOutbox(box, nowMs());
  const deliveries = new Map([...outbox.rows()].map((row) => [row.record.id, row.deliveries.get('hook')!]));
  outbox.close();
  return deliveries;
}

/** Titles of the messages about each alert, in order. */
function titlesOf({ messages }: DiscordDouble): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  for (const { body } of messages) {
    const [embed] = body.embeds ?? [];
    const id = embed?.footer?.text.slice(0, 24) ?? '';
    titles.set(id, [...(titles.get(id) ?? []), embed?.title ?? '']);
  }
  return titles;
}

it('a sender killed at 50 moments ends where an undisturbed one ends, with one marked repeat for what was in flight', async () => {
  const [calm, rough] = await Promise.all([startDouble(), startDouble()]);
  const [calmBox, roughBox] = ['calm', 'rough'].map((name) => join(folder, name));
  expect(await runToEnd(calmBox, calm)).toBe(0);
  const random = createRandom(5);
  for (let i = 0; i < N_KILLS; i++) {
    // Every third while it starts, decides and opens the outbox; the others while it sends.
    if (i % 3 === 0) await runAndKill(roughBox, rough, null, 300 * random.uniform());
    else await runAndKill(roughBox, rough, random.integer(4), 15 * random.uniform());
  }
  expect(titlesOf(rough).size).toBeLessThan(N_ALERTS);
  expect(await runToEnd(roughBox, rough)).toBe(0);

  const [calmEnd, roughEnd] = [deliveriesIn(calmBox), deliveriesIn(roughBox)];
  expect([...roughEnd.keys()]).toEqual([...calmEnd.keys()]);
  const titles = titlesOf(rough);
  let nRepeats = 0;
  for (const [id, { state, nUnknown }] of roughEnd) {
    expect(nUnknown).toBe(state === 'unknown' ? 2 : Math.min(nUnknown, 1));
    expect(['sent', 'unknown']).toContain(state);
    const [first, ...repeats] = titles.get(id) ?? [];
    if (state === 'sent') expect(first).toBeDefined();
    expect(repeats.length).toBeLessThanOrEqual(Math.min(nUnknown, 1));
    for (const repeat of repeats) expect(repeat).toContain('may be a repeat');
    nRepeats += repeats.length;
  }
  const nInFlight = [...roughEnd.values()].filter(({ nUnknown }) => nUnknown > 0).length;
  expect(nInFlight).toBeGreaterThan(5);
  expect(nRepeats).toBeLessThanOrEqual(nInFlight);
  // An alert hit by two kills is the only kind that may not have arrived.
  for (const id of calmEnd.keys()) if (roughEnd.get(id)?.state === 'sent') expect(titles.has(id)).toBe(true);
  await Promise.all([calm.close(), rough.close()]);
});

it('a full disk ends a sender; with room again everything is sent, and only what was in flight comes twice, marked', async () => {
  const double = await startDouble();
  const box = join(folder, 'full');
  // Room for the decisions and for about forty attempts; once more it is full before anything is sent.
  for (const nBytes of [150_000, 150_100])
    expect(await runToEnd(box, double, ['prlimit', `--fsize=${nBytes}`])).toBe(1);
  const nBefore = double.messages.length;
  expect(nBefore).toBeGreaterThan(0);
  expect(nBefore).toBeLessThan(N_ALERTS);
  expect(await runToEnd(box, double)).toBe(0);
  expect([...deliveriesIn(box).values()].filter(({ state }) => state !== 'sent')).toEqual([]);
  const repeats = [...titlesOf(double).values()].flatMap(([, ...others]) => others);
  expect(titlesOf(double).size).toBe(N_ALERTS);
  expect(repeats.length).toBeLessThanOrEqual(2);
  for (const repeat of repeats) expect(repeat).toContain('may be a repeat');
  await double.close();
});
