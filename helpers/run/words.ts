/** Small change of English sentences. */
import { formatCount } from './console.ts';

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`;
}

/** `bet` for one, `bets` for any other number. */
export function plural(noun: string, n: number): string {
  return n === 1 ? noun : `${noun}s`;
}

/** `1 bet`, `1,234 bets`. */
export function counted(n: number, noun: string): string {
  return `${formatCount(n)} ${plural(noun, n)}`;
}

/** An address short enough for a table, by both of its ends: many begin with the same zeros. */
export function shortWallet(wallet: string): string {
  return wallet.length <= 14 ? wallet : `${wallet.slice(0, 8)}…${wallet.slice(-4)}`;
}

/** With a capital, as at the beginning of a sentence. */
export function capital(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

/** Without one, as within a sentence. */
export function small(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
