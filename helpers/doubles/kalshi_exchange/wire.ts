/** Amounts as Kalshi spells them, and as the exchange double counts them: micro-dollars and hundredths of a contract, all whole. */

export const MICROS = 1_000_000;
/** Hundredths of one contract. */
export const CONTRACT = 100;

/** A refusal of the exchange: status, code and words of its error body. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string = code.replaceAll('_', ' '),
  ) {
    super(message);
  }
}

/** `0.5600`: four decimals, six where they are needed. */
export function dollarsText(micros: number): string {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  const decimals = digits.slice(-6);
  const shown = decimals.endsWith('00') ? decimals.slice(0, 4) : decimals;
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}.${shown}`;
}

/** `12.50` */
export function countText(count: number): string {
  const digits = String(Math.abs(count)).padStart(3, '0');
  return `${count < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A decimal number in units of 10^-places. @throws Refusal 400 when it is none, or has more decimals */
function wholeOf(text: unknown, places: number, code: string): number {
  const [, whole, decimals = ''] = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(String(text)) ?? [];
  if (whole === undefined || /[1-9]/.test(decimals.slice(places))) throw new Refusal(400, code, `${text} is not valid`);
  return Number(whole + decimals.slice(0, places).padEnd(places, '0'));
}

export function microsOf(text: unknown): number {
  return wholeOf(text, 6, 'invalid_price');
}

export function countOf(text: unknown): number {
  return wholeOf(text, 2, 'invalid_order_size');
}

/** What `count` contracts at `price` come to; exact, as prices are whole hundredths of a cent. */
export function worth(count: number, price: number): number {
  return (count * price) / CONTRACT;
}
