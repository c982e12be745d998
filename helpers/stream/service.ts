/** What the three processes of the stream have in common: where they keep things, and how they end. */
import { join } from 'node:path';
import { envValue } from '../run/env.ts';
import type { OptionSpecs } from '../run/options.ts';
import { endAtSignal } from '../run/stop.ts';
import { STATUS_OPTIONS } from '../status/server.ts';

export const BUS_OPTIONS = {
  'bus-url': {
    type: 'string',
    describe: 'where the queues are: sqlite:<folder> or amqp://user:password@host:5672',
    defaultDescription: 'BUS_URL or a folder of the data folder',
    group: 'Between the processes',
  },
  ...STATUS_OPTIONS,
} as const satisfies OptionSpecs;

export const STATE_OPTIONS = {
  'state-url': {
    type: 'string',
    describe: 'where baselines are kept: sqlite:<file> or redis://host:6379',
    defaultDescription: 'STATE_URL or a file of the data folder',
    group: 'Between the processes',
  },
} as const satisfies OptionSpecs;

/** Where the stream keeps what it knows. */
export function streamFolder(dataDir: string): string {
  return join(dataDir, 'live', 'stream');
}

export function busUrl(dataDir: string, given: string | undefined): string {
  return given ?? envValue('BUS_URL') ?? `sqlite:${join(streamFolder(dataDir), 'bus')}`;
}

export function stateUrl(dataDir: string, given: string | undefined): string {
  return given ?? envValue('STATE_URL') ?? `sqlite:${join(streamFolder(dataDir), 'baselines.sqlite')}`;
}

/** Waits until a signal ends the process, which then lets `close` end its work; rejects with what ends it before. */
export async function untilStopped(failed: Promise<never>, close: () => Promise<void>): Promise<void> {
  const forget = endAtSignal(close, true);
  try {
    await failed;
  } finally {
    forget();
  }
}
