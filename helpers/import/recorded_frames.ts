/** The trades in a line of a recording of 21: what the venue sent, as text, within a line of JSON. */
import { isObject, type Json } from './json_object.ts';

/** Whether a value is a line of a recording; `text` is a frame as it came, or something else that 21 noted. */
export function isRecordedLine(value: Json): boolean {
  return typeof value.received_ms === 'number' && typeof value.kind === 'string' && typeof value.text === 'string';
}

/** Trades of a frame of either venue; none of order books, acknowledgements and notes. @throws SyntaxError for a frame that is no JSON */
export function recordedTrades({ kind, text }: Json): Json[] {
  if (kind !== 'frame') return [];
  const parsed: unknown = JSON.parse(String(text));
  return (Array.isArray(parsed) ? parsed : [parsed]).flatMap((frame: unknown) => {
    if (!isObject(frame)) return [];
    if (frame.type === 'trade' && isObject(frame.msg)) return [frame.msg];
    return frame.event_type === 'last_trade_price' ? [frame] : [];
  });
}
