import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startPart } from '../../demo/stream_processes.ts';
import { type MarketPlace, startMarketPlace } from './market_place.ts';

let place: MarketPlace | null = null;
afterEach(async () => {
  await place?.close();
  place = null;
});

async function trade(words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const part = startPart('trade', [...(place?.words ?? []), ...words], { ...place?.env, ...env });
  await part.ended;
  return part.text();
}

describe('26 in one round', () => {
  it('buys on paper what is worth more than it costs, and says why not the rest', async () => {
    place = await startMarketPlace([
      { ticker: 'KXGOOD', p: 0.7, bid: 48, ask: 50 },
      { ticker: 'KXFAIR', p: 0.5, bid: 48, ask: 52 },
      { ticker: 'KXUNKNOWN', p: null, bid: 48, ask: 52 },
    ]);
    const text = await trade(['--once']);
    expect(text).toContain('paper: trading is ACTIVE');
    expect(text).toMatch(/KXGOOD +YES +1 /);
    expect(text).toContain('1 no forecast');
    expect(text).toContain('1 too small after fees');
    expect(place.double.sent.size).toBe(0);
    expect(existsSync(join(place.dataDir, 'live/trader/paper/messages/outbox.jsonl'))).toBe(true);
  }, 60_000);
});
