/** What people may write to the bot, and what it makes of it. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../run/clock.ts';

export type Command =
  | { readonly kind: 'status' }
  /** For so long from when it was written; 0 ends it. */
  | { readonly kind: 'mute'; readonly ms: number }
  | { readonly kind: 'help' };

const MUTE_DEFAULT_MS = HOUR_MS;
const MUTE_MAX_MS = 7 * DAY_MS;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export const HELP: readonly string[] = [
  '/status: how it goes',
  '/mute 30m (or 2h, 1d; without a time 1h): hold alerts back; they come in the digest of the day',
  '/mute off: send again',
];

/** A command, or null for what is none. Groups add the name of the bot: `/status@spyhop_bot`. */
export function parseCommand(text: string): Command | null {
  const [, name, rest] = /^\/([a-z]+)(?:@\w+)?(?:\s+(\S+))?\s*$/i.exec(text.trim()) ?? [];
  if (name === undefined) return null;
  const word = name.toLowerCase();
  if (word === 'status' && rest === undefined) return { kind: 'status' };
  if (word !== 'mute') return { kind: 'help' };
  if (rest === undefined) return { kind: 'mute', ms: MUTE_DEFAULT_MS };
  if (rest.toLowerCase() === 'off') return { kind: 'mute', ms: 0 };
  const [, digits, unit] = /^(\d{1,4})([mhd])$/i.exec(rest) ?? [];
  const ms = Number(digits) * (UNITS[unit?.toLowerCase() ?? ''] ?? Number.NaN);
  return ms > 0 ? { kind: 'mute', ms: Math.min(ms, MUTE_MAX_MS) } : { kind: 'help' };
}
