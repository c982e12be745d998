/** Sinks as the environment asks for them. */
import { join } from 'node:path';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import type { Log } from '../../run/console.ts';
import { envValue } from '../../run/env.ts';
import { InputError } from '../../run/errors.ts';
import type { Route } from '../routing.ts';
import { createConsoleSink } from './console_sink.ts';
import { createDiscordBotSink, createDiscordSink } from './discord_sink.ts';
import { createJsonLinesSink } from './json_lines_sink.ts';
import type { AlertSink } from './sink.ts';
import { createTelegramSink } from './telegram_sink.ts';

/** The webhook of all categories that have none of their own; one category's is DISCORD_WEBHOOK_URL_SPORTS and so on. */
const WEBHOOK_VARIABLE = 'DISCORD_WEBHOOK_URL';
/** A bot, and the channels that it writes to, in the same way; without the token the channels are not looked at. */
const BOT_VARIABLE = 'DISCORD_BOT_TOKEN';
const CHANNEL_VARIABLE = 'DISCORD_CHANNEL_ID';
/** A bot of Telegram, and the chat that it writes to. */
const TELEGRAM_VARIABLE = 'TELEGRAM_BOT_TOKEN';
const CHAT_VARIABLE = 'TELEGRAM_CHAT_ID';
const CATEGORIES = ['sports', 'politics', 'crypto', 'other'] as const;

export interface ConfiguredSinks {
  readonly sinks: readonly AlertSink[];
  readonly routes: readonly Route[];
}

/** A chat of Telegram for all alerts, where the bot and the chat are set; both or none. */
function telegramSinks(env: (name: string) => string | undefined, ports: HttpPorts): AlertSink[] {
  const [token, chatId] = [env(TELEGRAM_VARIABLE), env(CHAT_VARIABLE)];
  if (token === undefined && chatId === undefined) return [];
  if (token === undefined || chatId === undefined)
    throw new InputError(
      'bad-option',
      `only one of ${TELEGRAM_VARIABLE} and ${CHAT_VARIABLE} is set`,
      'set both: the token from @BotFather, and the number of the chat that the bot is in',
    );
  const apiUrl = env('TELEGRAM_API_URL');
  return [createTelegramSink('telegram', { token, chatId, ...(apiUrl === undefined ? {} : { apiUrl }) }, { ports })];
}

/**
 * Console and JSON lines for all alerts, a Telegram chat where one is set, and a Discord webhook or channel for each variable that is set.
 * @param folder where the JSON lines go
 * @param env value of a variable of the environment, undefined when it is not set
 * @throws InputError 'bad-option' naming the variable whose value is no webhook's address or no channel's id
 */
export function configuredSinks(
  folder: string,
  log: Pick<Log, 'result'>,
  { ports = realPorts(), env = envValue }: { ports?: HttpPorts; env?: (name: string) => string | undefined } = {},
): ConfiguredSinks {
  const forAll = [
    createConsoleSink(log),
    createJsonLinesSink(join(folder, 'sent'), ports.nowMs),
    ...telegramSinks(env, ports),
  ];
  const byCategory = (variable: string, create: (name: string, value: string) => AlertSink) =>
    [
      { name: variable, categories: 'rest' as const },
      ...CATEGORIES.map((category) => ({ name: `${variable}_${category.toUpperCase()}`, categories: [category] })),
    ].flatMap(({ name, categories }) => {
      const value = env(name);
      return value === undefined ? [] : [{ sink: create(name, value), categories }];
    });
  const token = env(BOT_VARIABLE);
  const apiUrl = env('DISCORD_API_URL');
  const remote = [
    ...byCategory(WEBHOOK_VARIABLE, (name, url) => createDiscordSink(name, url, { ports })),
    ...(token === undefined
      ? []
      : byCategory(CHANNEL_VARIABLE, (name, channelId) =>
          createDiscordBotSink(name, { token, channelId, apiUrl }, { ports }),
        )),
  ];
  return {
    sinks: [...forAll, ...remote.map(({ sink }) => sink)],
    routes: [
      ...forAll.map(({ name, kind }) => ({ sink: name, kind, categories: 'all' as const })),
      ...remote.map(({ sink, categories }) => ({ sink: sink.name, kind: sink.kind, categories })),
    ],
  };
}
