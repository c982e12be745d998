/** Intents for tests, with what does not matter filled in. */
import { randomUUID } from 'node:crypto';
import type { Intent } from '../../../trade/types.ts';

export function intentOf(change: Partial<Intent> & { ticker?: string }): Intent {
  const { ticker = 'KXA', ...rest } = change;
  return {
    market: { venue: 'kalshi', ticker, event: 'KXEVENT', series: 'KXSERIES', category: 'Economics' },
    side: 'yes',
    action: 'buy',
    clientOrderId: randomUUID(),
    limitPriceMicros: 500_000,
    countHundredths: 100,
    timeInForce: 'gtc',
    isPostOnly: false,
    expiresMs: null,
    strategy: 'test',
    reason: 'a test',
    asOfMs: 0,
    ...rest,
  };
}
