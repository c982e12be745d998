/** The limits on what may be lost, each as a function of the size of one more order, and the largest size that keeps to all of them. */
import type { CostTerms } from '../fees/order_cost.ts';
import { formatMicros } from '../money.ts';
import type { MarketRef, RiskCheck } from '../types.ts';
import type { RiskLimits } from './limits.ts';
import type { MarketBook } from './market_book.ts';
import type { Portfolio } from './portfolio.ts';
import { type OpenOrder, worstLoss, worstLossOfEntries } from './worst_loss.ts';

/** Cost terms of a market; null where its fees are not known. */
export type TermsOf = (market: MarketRef) => CostTerms | null;

interface LossLimit {
  readonly name: string;
  readonly limitMicros: number;
  /** The worst loss with so many hundredths of the new order. */
  readonly lossMicros: (countHundredths: number) => number;
}

/** What is at risk in some markets: one never insures another. */
export function worstOfBooks(books: readonly MarketBook[], termsOf: TermsOf): number {
  return books.reduce((sum, book) => sum + bookLoss(book, termsOf(book.market)), 0);
}

const exposureOf = ({ side, carried, today, orders }: MarketBook) => ({ side, lots: [carried, today], orders });

/** The worst loss of one market's part of the account. */
function bookLoss(book: MarketBook, terms: CostTerms | null): number {
  return worstLoss(exposureOf(book), terms);
}

/** The same of what was entered today. */
function entriesLoss(book: MarketBook, terms: CostTerms | null): number {
  return worstLossOfEntries(exposureOf(book), book.today, terms);
}

/**
 * The limits as they apply to an order in `market`.
 * @param orderOf the order at a size above 0
 * @param group tickers that count as one position with this market, itself among them
 */
export function lossLimits(
  portfolio: Portfolio,
  market: MarketRef,
  orderOf: (countHundredths: number) => OpenOrder,
  group: ReadonlySet<string>,
  limits: RiskLimits,
  termsOf: TermsOf,
): LossLimit[] {
  const terms = termsOf(market);
  const own = portfolio.bookOf(market);
  const others = portfolio.books.filter((book) => book.market.ticker !== market.ticker);
  const withOrder = (countHundredths: number): MarketBook =>
    countHundredths === 0 ? own : { ...own, orders: [...own.orders, orderOf(countHundredths)] };
  const beside = (books: readonly MarketBook[]): ((countHundredths: number) => number) => {
    const fixed = worstOfBooks(books, termsOf);
    return (count) => fixed + bookLoss(withOrder(count), terms);
  };
  const entered = others.reduce((sum, book) => sum + entriesLoss(book, termsOf(book.market)), 0);
  const lostToday = Math.max(0, -portfolio.realizedTodayMicros);
  const all = beside(others);
  const floorMicros = Math.ceil((1 - limits.drawdownShare) * portfolio.peakMicros);
  return [
    {
      name: 'position',
      limitMicros: limits.perPositionMicros,
      lossMicros: beside(others.filter((book) => group.has(book.market.ticker))),
    },
    {
      name: 'category',
      limitMicros: limits.perCategoryMicros,
      lossMicros: beside(others.filter((book) => book.market.category === market.category)),
    },
    { name: 'total', limitMicros: limits.totalMicros, lossMicros: all },
    {
      name: 'day',
      limitMicros: limits.perDayMicros,
      lossMicros: (count) => lostToday + entered + entriesLoss(withOrder(count), terms),
    },
    { name: 'drawdown', limitMicros: portfolio.bookEquityMicros - floorMicros, lossMicros: all },
    { name: 'heat', limitMicros: Math.floor(limits.heatShare * portfolio.markedEquityMicros), lossMicros: all },
  ];
}

/** The largest size, at most `wanted`, that keeps to all limits, and what each says of the size that was wanted. */
export function largestWithin(
  limits: readonly LossLimit[],
  wanted: number,
  stepHundredths: number,
): { readonly countHundredths: number; readonly checks: readonly RiskCheck[] } {
  const fits = (count: number): boolean =>
    limits.every(({ lossMicros, limitMicros }) => lossMicros(count) <= limitMicros);
  const checks = limits.map(({ name, lossMicros, limitMicros }) => {
    const loss = lossMicros(wanted);
    const isPassed = loss <= limitMicros;
    const limit = formatMicros(Math.max(0, limitMicros));
    return {
      name,
      isPassed,
      why: `at worst ${formatMicros(loss)} would be lost, ${isPassed ? 'of' : 'above'} ${limit}`,
    };
  });
  if (checks.every(({ isPassed }) => isPassed)) return { countHundredths: wanted, checks };
  // Losses never fall as the order grows.
  let low = 0;
  let high = Math.ceil(wanted / stepHundredths);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle * stepHundredths)) low = middle;
    else high = middle;
  }
  return { countHundredths: low * stepHundredths, checks };
}
