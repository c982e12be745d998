/** Is the venue's account what the ledger says? Whatever is not is a difference that somebody must explain before trading goes on. */

import type { Ledger } from '../ledger/ledger.ts';
import { formatMicros } from '../money.ts';
import type { Executor } from './executor.ts';

export interface Difference {
  /** `cash of shard 0`, `position in KXHIGHNY-…` */
  readonly what: string;
  readonly ledger: number;
  readonly venue: number;
  /** One sentence for people. */
  readonly line: string;
}

function compare<K>(
  ours: ReadonlyMap<K, number>,
  theirs: ReadonlyMap<K, number>,
  name: (key: K) => string,
  format: (value: number) => string,
): Difference[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [ledger, venue] = [ours.get(key) ?? 0, theirs.get(key) ?? 0];
    const what = name(key);
    const line = `${what}: ${format(ledger)} by the ledger, ${format(venue)} by the venue`;
    return ledger === venue ? [] : [{ what, ledger, venue, line }];
  });
}

const contracts = (hundredths: number): string => `${hundredths / 100} contracts of YES`;

/**
 * Compares cash and positions to the micro-dollar and the hundredth of a contract. A fill that the venue lists and the ledger does not know yet
 * shows here too, so call it after `sync`, and believe what is found twice.
 */
export async function reconcile(executor: Executor, ledger: Ledger): Promise<readonly Difference[]> {
  const account = await executor.account();
  const { cash, holdings } = await ledger.summary();
  const held = new Map([...holdings].map(([ticker, { yesHundredths }]) => [ticker, yesHundredths]));
  return [
    ...compare(cash, account.cash, (shard) => `cash of shard ${shard}`, formatMicros),
    ...compare(held, account.positions, (ticker) => `position in ${ticker}`, contracts),
  ];
}
