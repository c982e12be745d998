/**
 * Money and sizes as integers, and the one place where buying and selling either side becomes one order book: that of YES.
 * A NO at q is a YES at 1 − q seen from the other side, so buying it is asking 1 − q for a YES.
 */
import { assert, InputError } from '../run/errors.ts';
import type { Action, Side } from './types.ts';

/** Micro-dollars in a dollar, which is what a contract of the right side pays. */
export const MICROS_PER_USD = 1_000_000;
/** Hundredths in a contract. */
export const HUNDREDTHS = 100;
/** What a hundredth of a contract of the right side pays. */
export const MICROS_PER_HUNDREDTH = MICROS_PER_USD / HUNDREDTHS;

/** A side of the YES book: a bid buys YES, an ask sells YES, which is buying NO. */
export type BookSide = 'bid' | 'ask';

export interface BookOrder {
  readonly bookSide: BookSide;
  /** Above 0 and below 1,000,000. */
  readonly yesPriceMicros: number;
}

/** Throws for what is no price of an order: a whole number of micro-dollars strictly between 0 and 1 USD. */
export function assertPrice(priceMicros: number): void {
  assert(
    Number.isInteger(priceMicros) && priceMicros > 0 && priceMicros < MICROS_PER_USD,
    `a price lies between 0 and 1,000,000 micro-dollars, got ${priceMicros}`,
  );
}

/** Throws for what is no size: a whole number of hundredths above 0. */
export function assertCount(countHundredths: number): void {
  assert(
    Number.isSafeInteger(countHundredths) && countHundredths > 0,
    `a size is a whole number of hundredths above 0, got ${countHundredths}`,
  );
}

/** An order for either side as an order of the YES book. */
export function toBook(side: Side, action: Action, priceMicros: number): BookOrder {
  assertPrice(priceMicros);
  return {
    bookSide: (side === 'yes') === (action === 'buy') ? 'bid' : 'ask',
    yesPriceMicros: side === 'yes' ? priceMicros : MICROS_PER_USD - priceMicros,
  };
}

/**
 * Any order as a purchase: selling a side at p is buying the other at 1 − p, with a dollar a contract less in cash and as much less to
 * receive. What a purchase costs is all that it can lose.
 */
export function asPurchase(side: Side, action: Action, priceMicros: number): { side: Side; priceMicros: number } {
  const { bookSide, yesPriceMicros } = toBook(side, action, priceMicros);
  const bought: Side = bookSide === 'bid' ? 'yes' : 'no';
  return { side: bought, priceMicros: priceOfSide(bought, yesPriceMicros) };
}

/** The price of `side` where YES costs `yesPriceMicros`. */
export function priceOfSide(side: Side, yesPriceMicros: number): number {
  return side === 'yes' ? yesPriceMicros : MICROS_PER_USD - yesPriceMicros;
}

/** What a fill adds to the signed number of YES contracts: a NO is a YES less. */
export function signedHundredths(side: Side, action: Action, countHundredths: number): number {
  return (side === 'yes') === (action === 'buy') ? countHundredths : -countHundredths;
}

/**
 * price · contracts in micro-dollars, exactly.
 * @throws where the product is no whole number of micro-dollars: prices of four decimals and sizes of two never are so fine
 */
export function notionalMicros(priceMicros: number, countHundredths: number): number {
  const product = priceMicros * countHundredths;
  assert(Number.isSafeInteger(product), `${priceMicros} · ${countHundredths} is too large to be exact`);
  assert(
    product % HUNDREDTHS === 0,
    `${countHundredths} hundredths at ${priceMicros} is no whole number of micro-dollars`,
  );
  return product / HUNDREDTHS;
}

/**
 * A decimal text such as the venue sends as an integer: `decimalToUnits('0.5600', 6)` is 560,000.
 * @param decimals how many decimals a unit has
 * @throws InputError 'bad-value' for what is no decimal number, has digits beyond the unit that are not 0, or is too large to be exact
 */
export function decimalToUnits(text: string, decimals: number): number {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  const units = Number(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`);
  if (!Number.isSafeInteger(units) || !/^0*$/.test(fraction.slice(decimals)))
    throw new InputError(
      'bad-value',
      `"${text}" is no decimal number of at most ${decimals} decimals`,
      'the venue may count in other units now; nothing was taken from the answer',
    );
  return sign === '-' && units !== 0 ? -units : units;
}

/** The same backwards: `unitsToDecimal(560_000, 6, 4)` is `0.5600`; at least `decimalsMin` decimals, and as many as are needed. */
export function unitsToDecimal(units: number, decimals: number, decimalsMin: number): string {
  assert(Number.isSafeInteger(units), `${units} is no whole number of units`);
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals);
  const kept = fraction.replace(/0+$/, '').padEnd(decimalsMin, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, digits.length - decimals)}${kept === '' ? '' : `.${kept}`}`;
}

/** `$1.25`, `-$0.003`: for people. */
export function formatMicros(micros: number): string {
  return `${micros < 0 ? '-' : ''}$${unitsToDecimal(Math.abs(micros), 6, 2)}`;
}
