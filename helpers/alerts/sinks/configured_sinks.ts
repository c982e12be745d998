/** Sinks as the environment asks for them. */
import { join } from 'node:path';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import type { Log } from '../../run/console.ts';
import { envValue } from '../../run/env.ts';
import type { Route } from '../routing.ts';
import { createConsoleSink } from './console_sink.ts';
import { createDiscordSink } from './discord_sink.ts';
import { createJsonLinesSink } from './json_lines_sink.ts';
import type { AlertSink } from './sink.ts';

/** The webhook of all categories that have none of their own; one category's is DISCORD_WEBHOOK_URL_SPORTS and so on. */
const WEBHOOK_VARIABLE = 'DISCORD_WEBHOOK_URL';
const CATEGORIES = ['sports', 'politics', 'crypto', 'other'] as const;

export interface ConfiguredSinks {
  readonly sinks: readonly AlertSink[];
  readonly routes: readonly Route[];
}

/**
 * Console and JSON lines for all alerts, and a Discord webhook for each variable that is set.
 * @param folder where the JSON lines go
 * @param env value of a variable of the environment, undefined when it is not set
 * @throws InputError 'bad-option' naming the variable whose address is no webhook's
 */
export function configuredSinks(
  folder: string,
  log: Pick<Log, 'result'>,
  { ports = realPorts(), env = envValue }: { ports?: HttpPorts; env?: (name: string) => string | undefined } = {},
): ConfiguredSinks {
  const local = [createConsoleSink(log), createJsonLinesSink(join(folder, 'sent'), ports.nowMs)];
  const webhooks = [
    { variable: WEBHOOK_VARIABLE, categories: 'rest' as const },
    ...CATEGORIES.map((category) => ({
      variable: `${WEBHOOK_VARIABLE}_${category.toUpperCase()}`,
      categories: [category],
    })),
  ].flatMap(({ variable, categories }) => {
    const url = env(variable);
    return url === undefined ? [] : [{ sink: createDiscordSink(variable, url, { ports }), categories }];
  });
  return {
    sinks: [...local, ...webhooks.map(({ sink }) => sink)],
    routes: [
      ...local.map(({ name, kind }) => ({ sink: name, kind, categories: 'all' as const })),
      ...webhooks.map(({ sink, categories }) => ({ sink: sink.name, kind: sink.kind, categories })),
    ],
  };
}
