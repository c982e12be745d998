/** What a run of 16 needs: a simulated market with its doubles, a Discord double, an active model; and what became of it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOutbox } from '../../alerts/outbox/outbox.ts';
import { fitWalletModel, WALLET_ANOMALY, walletModelToJson } from '../../anomaly/wallet_model.ts';
import { type DiscordDouble, startDiscordDouble } from '../../doubles/discord/discord_double.ts';
import type { FaultPlan as DiscordFaultPlan } from '../../doubles/discord/faults.ts';
import { readVenueMarket } from '../../doubles/market.ts';
import { startVenueDoubles, type VenueDoubles, type VenueDoublesOptions } from '../../doubles/venues.ts';
import { alertFolder } from '../../live/live_alerts.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { nowMs } from '../../run/clock.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { type SimulatedFolder, simulateFolder } from '../doubles/simulated.ts';
import { addressVariables, type LiveBox } from './bench.ts';

export const WEBHOOK_TOKEN = 'a-secret_TOKEN-of-this-test';
/** A day of a market with two days before it: all its wallets are young. */
export const WORDS = ['--since', '2026-01-09', '--until', '2026-01-10', '--lookback', '30', '--once'];

export interface AlertWorld {
  readonly venues: VenueDoubles;
  readonly discord: DiscordDouble;
  /** Variables that lead 16 to the doubles. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

export function simulateDays(): Promise<SimulatedFolder> {
  return simulateFolder({ nTrades: 12_000, nWallets: 1500, nDays: 3, endDate: '2026-01-10' });
}

/** What goes wrong in a world. */
interface Troubles {
  readonly venues?: VenueDoublesOptions;
  readonly discord?: DiscordFaultPlan;
}

export async function startWorld({ raw }: SimulatedFolder, troubles: Troubles = {}): Promise<AlertWorld> {
  const venues = await startVenueDoubles(readVenueMarket(raw), troubles.venues);
  const discord = await startDiscordDouble({
    webhooks: new Map([['7', WEBHOOK_TOKEN]]),
    bucket: { limit: 10_000, windowMs: 1000 },
    latencyMs: 5,
    ...(troubles.discord === undefined ? {} : { faults: troubles.discord }),
  });
  return {
    venues,
    discord,
    env: { ...addressVariables(venues), DISCORD_WEBHOOK_URL: discord.webhookUrl('7') },
    close: async () => {
      await Promise.all([venues.close(), discord.close()]);
    },
  };
}

/** Puts a model into the models folder and makes it the active one. */
export async function saveModel({ modelsDir }: LiveBox): Promise<void> {
  const flagRule = { kind: 'percentile', percent: 90 } as const;
  const model = await fitWalletModel(makeProfiles(300, 0, 1), { detector: 'kmeans', flagRule }, 3, createExecutor());
  if ('reason' in model) throw new Error(model.reason);
  const folder = join(modelsDir, WALLET_ANOMALY);
  mkdirSync(join(folder, 'first'), { recursive: true });
  writeFileSync(join(folder, 'first', 'model.json'), JSON.stringify(walletModelToJson(model)));
  writeFileSync(join(folder, 'current.json'), JSON.stringify({ run: 'first', role: WALLET_ANOMALY }));
}

/** By decision: its verdict, and where each delivery has ended; how often nobody knew is left out. */
export function decisionsIn({ dataDir }: LiveBox): Map<string, string> {
  const outbox = openOutbox(alertFolder(dataDir), nowMs());
  const ends = [...outbox.rows()].map(({ record, deliveries }): [string, string] => [
    record.id,
    [record.verdict, ...[...deliveries.values()].map(({ sink, state }) => `${sink} ${state}`).sort()].join(', '),
  ]);
  outbox.close();
  return new Map(ends.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Wallets that alerts are about. */
export function alertedWallets({ dataDir }: LiveBox): string[] {
  const outbox = openOutbox(alertFolder(dataDir), nowMs());
  const records = [...outbox.rows()].map(({ record }) => record);
  outbox.close();
  return records.flatMap(({ verdict, wallet }) => (verdict === 'alert' && wallet !== null ? [wallet] : []));
}

/** Ids of alerts by the number of their messages. */
export function messagesById({ messages }: DiscordDouble): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of messages) {
    const id = body.embeds?.[0]?.footer?.text.slice(0, 24) ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Files below a folder that hold a text. */
export function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(text));
}
