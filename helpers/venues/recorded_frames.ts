/** Frames of the venues' feeds as 21 records them: which of them tell of trades. */

type Told = Readonly<Record<string, unknown>>;

/** What a frame tells of one trade, and the number of a Kalshi frame within its subscription where it has one. */
export interface FramedTrade {
  readonly venue: 'kalshi' | 'polymarket';
  readonly told: Told;
  readonly seq: number | null;
}

function isObject(value: unknown): value is Told {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Trades of a frame of either venue; none of order books, acknowledgements and notes. @throws SyntaxError for a frame that is no JSON */
export function framedTrades(text: string): FramedTrade[] {
  // Of all frames few are trades.
  if (!text.includes('"trade"') && !text.includes('last_trade_price')) return [];
  const parsed: unknown = JSON.parse(text);
  return (Array.isArray(parsed) ? parsed : [parsed]).flatMap((frame: unknown): FramedTrade[] => {
    if (!isObject(frame)) return [];
    const seq = typeof frame.seq === 'number' ? frame.seq : null;
    if (frame.type === 'trade' && isObject(frame.msg)) return [{ venue: 'kalshi', told: frame.msg, seq }];
    return frame.event_type === 'last_trade_price' ? [{ venue: 'polymarket', told: frame, seq: null }] : [];
  });
}
