/** Rows within a JSON value: the elements of a list, of an envelope around one, the markets of an event, or the trades of a recorded frame. */
import { framedTrades } from '../venues/recorded_frames.ts';
import { isObject, type Json } from './json_object.ts';

/** Keys under which the venues' answers hold their rows; lists come before single rows. */
const ENVELOPE_KEYS = ['data', 'trades', 'markets', 'events', 'orderFilledEvents', 'market', 'event'] as const;
/** A value with one of these is a row, whatever lists it has. */
const ROW_KEYS = [
  'id',
  'question',
  'ticker',
  'event_ticker',
  'trade_id',
  'timestamp',
  'conditionId',
  'condition_id',
  'slug',
] as const;
/** Envelopes within envelopes. */
const DEPTH_MAX = 4;

/** The rows inside a parsed value: the elements of a list, those of its envelope, the markets of an event, or itself. */
export function rowsOf(value: unknown, depth = 0): unknown[] {
  return Array.isArray(value)
    ? value.flatMap((element) => rowsOfElement(element, depth + 1))
    : rowsOfElement(value, depth);
}

/** The rows inside an element of a list; a list within the list is none. */
export function rowsOfElement(value: unknown, depth = 1): unknown[] {
  if (!isObject(value) || depth > DEPTH_MAX) return [value];
  if (isRecordedLine(value))
    return value.kind === 'frame' ? framedTrades(String(value.text)).map(({ told }) => told) : [];
  if (isObject(value.args) || isObject(value.returnValues)) return [eventRow(value)];
  if (!ROW_KEYS.some((key) => key in value))
    for (const key of ENVELOPE_KEYS) {
      const inner = value[key];
      if (Array.isArray(inner) || isObject(inner)) return rowsOf(inner, depth + 1);
    }
  return marketsOf(value);
}

/** Whether a value is a line of a recording of 21; `text` is a frame as it came, or something else that 21 noted. */
function isRecordedLine(value: Json): boolean {
  return typeof value.received_ms === 'number' && typeof value.kind === 'string' && typeof value.text === 'string';
}

/** An event of a contract as web3.py, ethers or web3.js decode it: what it says and where it stands on the chain, in one row. */
function eventRow({ args, returnValues, ...place }: Json): Json {
  return { ...place, ...((args ?? returnValues) as Json) };
}

/** The markets of an event with what the event tells of them; any other value as it is. */
function marketsOf(value: unknown): unknown[] {
  if (!isObject(value) || !Array.isArray(value.markets) || 'question' in value) return [value];
  const { id, slug, tags, event_ticker } = value;
  const ofEvent = {
    ...(id === undefined && slug === undefined ? {} : { events: [{ id, slug }] }),
    ...(tags === undefined ? {} : { tags }),
    ...(event_ticker === undefined ? {} : { event_ticker }),
  };
  return value.markets.map((market: unknown) =>
    isObject(market)
      ? { ...ofEvent, ...Object.fromEntries(Object.entries(market).filter(([, field]) => field !== null)) }
      : market,
  );
}

const ENVELOPE_NAMES: ReadonlySet<string> = new Set(ENVELOPE_KEYS);

/**
 * Where the list of an envelope begins (behind its bracket) in the text of a long object; null when it is not within the
 * bytes given. The list may stand in envelopes within the envelope.
 */
export function listStart(bytes: Buffer): number | null {
  /** Keys on the way down; null where the value is no envelope. */
  const path: (string | null)[] = [];
  let key: string | null = null;
  for (let at = 0; at < bytes.length; at++) {
    const byte = String.fromCharCode(bytes[at]);
    if (byte === '"') {
      const end = stringEnd(bytes, at + 1);
      key = end < 0 ? null : bytes.toString('utf8', at + 1, end);
      if (end < 0) return null;
      at = end;
    } else if (byte === '{' || byte === '[') {
      const isEnvelope = path.length === 0 || (path.at(-1) !== null && key !== null && ENVELOPE_NAMES.has(key));
      if (byte === '[' && path.length > 0 && isEnvelope) return at + 1;
      path.push(isEnvelope && byte === '{' ? (key ?? '') : null);
      key = null;
    } else if (byte === '}' || byte === ']') path.pop();
    else if (byte === ',') key = null;
  }
  return null;
}

/** Where the string that starts at `from` has its closing quote; -1 when that is not there. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === 92) at++;
    else if (bytes[at] === 34) return at;
  }
  return -1;
}
