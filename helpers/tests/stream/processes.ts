/** The three processes of the stream as a test runs them: built once, started, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ALERT_RECORD } from '../../alerts/record.ts';
import { residentMib } from '../../demo/stream_processes.ts';
import { findStep } from '../../pipeline.ts';

export const PARTS = ['stream_ingestor', 'stream_analyzer', 'stream_alerter'] as const;
export type PartName = (typeof PARTS)[number];

const ROOT = resolve(import.meta.dirname, '../../..');

export interface StreamProcesses {
  readonly dataDir: string;
  start(part: PartName): void;
  /** Resident memory of a part, MiB; 0 where it does not run or the system does not tell. */
  memoryMib(part: PartName): number;
  kill(part: PartName): Promise<void>;
  /** Ends all in order. */
  stop(): Promise<void>;
  /** All that they have printed. */
  text(): string;
  /** Ids of the trades of all alerts in the outbox. */
  alerted(): string[];
  /** Ids of the trades whose alerts the JSON lines hold, one a line. */
  sent(): string[];
}

export function streamProcesses(
  folder: string,
  env: Readonly<Record<string, string>>,
  words: Partial<Record<PartName, readonly string[]>> = {},
): StreamProcesses {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const running = new Map<PartName, ChildProcess>();
  let text = '';
  const lines = (path: string): Record<string, unknown>[] =>
    existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line))
      : [];
  const alertsFolder = join(dataDir, 'live', 'stream', 'alerts');
  return {
    dataDir,
    start: (part) => {
      const where = ['--data-dir', dataDir, '--models-dir', join(folder, 'models')];
      const script = join(ROOT, findStep(part).script);
      const child = spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), script, ...where, ...(words[part] ?? [])],
        {
          cwd: folder,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, BUS_URL: '', STATE_URL: '', DISCORD_WEBHOOK_URL: '', ...env },
        },
      );
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (piece) => {
          text = `${text}${part}: ${piece}`.slice(-200_000);
        });
      running.set(part, child);
    },
    memoryMib: (part) => residentMib(running.get(part)?.pid ?? 0) ?? 0,
    kill: async (part) => {
      const child = running.get(part);
      if (child === undefined) return;
      running.delete(part);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    stop: async () => {
      await Promise.all(
        [...running.values()].map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGTERM');
          await once(child, 'exit');
        }),
      );
      running.clear();
    },
    text: () => text,
    alerted: () =>
      lines(join(alertsFolder, 'outbox.jsonl')).flatMap((entry) => {
        const record = ALERT_RECORD.safeParse(entry.record);
        return record.success && record.data.verdict === 'alert' ? [String(record.data.tradeId)] : [];
      }),
    sent: () => {
      const days = [0, 1].map((back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10));
      return days.flatMap((day) =>
        lines(join(alertsFolder, 'sent', `alerts-${day}.jsonl`)).map(({ alert }) =>
          String((alert as { tradeId: unknown }).tradeId),
        ),
      );
    },
  };
}
