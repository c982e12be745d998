/**
 * The ledger in double entry, as arithmetic: each event is postings to accounts that sum to 0. Assets (cash, positions at cost) and fees are
 * positive, capital and gains negative; equity is the sum of the assets.
 */
import { assert } from '../../run/errors.ts';
import { type BookSide, notionalMicros, priceOfSide } from '../money.ts';

/** What a market's contracts are, and what they cost before fees. */
export interface Holding {
  readonly shard: number;
  /** Signed hundredths: above 0 of YES, below 0 of NO. */
  readonly yesHundredths: number;
  readonly costMicros: number;
  /** When it last was nothing before, ms since 1970; null when it is nothing. */
  readonly openedMs: number | null;
}

export const NOTHING_HELD: Omit<Holding, 'shard'> = { yesHundredths: 0, costMicros: 0, openedMs: null };

export interface Posting {
  readonly account: string;
  readonly amountMicros: number;
}

export interface BookedFill {
  readonly fillId: string;
  readonly orderId: string;
  readonly ticker: string;
  readonly shard: number;
  readonly bookSide: BookSide;
  readonly yesPriceMicros: number;
  readonly countHundredths: number;
  readonly feeMicros: number;
  readonly tsMs: number;
}

export interface BookedSettlement {
  readonly ticker: string;
  readonly shard: number;
  readonly payoutMicros: number;
  readonly feeMicros: number;
}

interface Entry {
  readonly postings: readonly Posting[];
  /** What is held after it. */
  readonly holding: Holding;
}

export const CASH = 'cash:';
export const POSITION = 'position:';
export const FEES = 'fees';
export const GAINS = 'gains';
export const CAPITAL = 'capital';

function entryOf(postings: readonly Posting[], holding: Holding): Entry {
  assert(
    postings.reduce((sum, { amountMicros }) => sum + amountMicros, 0) === 0,
    `postings that do not sum to 0: ${JSON.stringify(postings)}`,
  );
  return { postings: postings.filter(({ amountMicros }) => amountMicros !== 0), holding };
}

/** A fill: contracts of the other side are given back first, at the mean of what they cost. */
export function fillEntry(held: Holding, fill: BookedFill): Entry {
  const { ticker, shard, bookSide, yesPriceMicros, countHundredths, feeMicros, tsMs } = fill;
  const opposite = Math.max(0, bookSide === 'bid' ? -held.yesHundredths : held.yesHundredths);
  const closing = Math.min(countHundredths, opposite);
  const opening = countHundredths - closing;
  const bought = bookSide === 'bid' ? 'yes' : 'no';
  const openCost = notionalMicros(priceOfSide(bought, yesPriceMicros), opening);
  const proceeds = notionalMicros(priceOfSide(bought === 'yes' ? 'no' : 'yes', yesPriceMicros), closing);
  // The last contract takes all the cost with it, so no rounding is left behind.
  const closedCost = closing === 0 ? 0 : Math.round((held.costMicros * closing) / opposite);
  const yesHundredths = held.yesHundredths + (bookSide === 'bid' ? countHundredths : -countHundredths);
  const wasOpened = held.yesHundredths === 0 || Math.sign(held.yesHundredths) !== Math.sign(yesHundredths);
  const realized = proceeds - closedCost;
  const holding = {
    shard,
    yesHundredths,
    costMicros: held.costMicros + openCost - closedCost,
    openedMs: yesHundredths === 0 ? null : wasOpened ? tsMs : held.openedMs,
  };
  const postings = [
    { account: `${CASH}${shard}`, amountMicros: proceeds - openCost - feeMicros },
    { account: `${POSITION}${ticker}`, amountMicros: openCost - closedCost },
    { account: GAINS, amountMicros: -realized },
    { account: FEES, amountMicros: feeMicros },
  ];
  return entryOf(postings, holding);
}

/** A settlement: the market is over, and what it pays takes the place of what its contracts cost. */
export function settlementEntry(held: Holding, { ticker, shard, payoutMicros, feeMicros }: BookedSettlement): Entry {
  const realized = payoutMicros - held.costMicros;
  const postings = [
    { account: `${CASH}${shard}`, amountMicros: payoutMicros - feeMicros },
    { account: `${POSITION}${ticker}`, amountMicros: -held.costMicros },
    { account: GAINS, amountMicros: -realized },
    { account: FEES, amountMicros: feeMicros },
  ];
  return entryOf(postings, { shard, ...NOTHING_HELD });
}

/** Money brought in (or taken out, negative). */
export function capitalPostings(shard: number, amountMicros: number): readonly Posting[] {
  return [
    { account: `${CASH}${shard}`, amountMicros },
    { account: CAPITAL, amountMicros: -amountMicros },
  ];
}
