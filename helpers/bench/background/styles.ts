/**
 * How planted insiders behave. Two lists that share no style and no size: detectors are chosen and trained on CHOOSING_STYLES
 * alone, and figures are reported for REPORTED_STYLES, three of which have no counterpart in the other list.
 */

/** A range of numbers; drawn from it evenly, or evenly in the logarithm for times. */
export type Range = readonly [from: number, to: number];

export interface Style {
  readonly name: string;
  /** Wallets that one insider shares the money among. */
  readonly nWallets: number;
  /** Events that each wallet bets on. */
  readonly nEvents: number;
  readonly nBuys: Range;
  /** From the first purchase to the price move that the insider knows of. */
  readonly leadHours: Range;
  /** Share of that time over which purchases are spread. */
  readonly spread: number;
  /** Price of the winner at the first purchase. */
  readonly priceBand: Range;
  /** Money put on the other outcome, as a share of the bet. */
  readonly hedgeShare: number;
  /** Sells everything after the move; otherwise holds until the market resolves. */
  readonly sellsAfterMove: boolean;
  /** Ordinary bets before: how many, of what size, and so many days before the first purchase. */
  readonly earlier: { readonly nBets: Range; readonly usd: Range; readonly daysBefore: Range } | null;
}

const FRESH: Style = {
  name: 'fresh_one_shot',
  nWallets: 1,
  nEvents: 1,
  nBuys: [2, 5],
  leadHours: [1, 240],
  spread: 0.1,
  priceBand: [0.05, 0.85],
  hedgeShare: 0,
  sellsAfterMove: false,
  earlier: null,
};

/** For figures; never looked at while anything is chosen. */
export const REPORTED_STYLES: readonly Style[] = [
  FRESH,
  { ...FRESH, name: 'dormant', earlier: { nBets: [3, 8], usd: [20, 300], daysBefore: [30, 120] } },
  { ...FRESH, name: 'split_over_five', nWallets: 5 },
  { ...FRESH, name: 'hedged', hedgeShare: 0.25 },
  { ...FRESH, name: 'patient', nBuys: [12, 30], leadHours: [48, 240], spread: 0.95 },
  { ...FRESH, name: 'after_warm_up', earlier: { nBets: [5, 12], usd: [5, 50], daysBefore: [1, 14] } },
  { ...FRESH, name: 'sells_after_move', sellsAfterMove: true },
  { ...FRESH, name: 'two_events', nEvents: 2 },
];

const CHOSEN_ON: Style = { ...FRESH, name: 'choosing_fresh', leadHours: [2, 180], spread: 0.3, priceBand: [0.08, 0.8] };

/** For choosing and training. */
export const CHOOSING_STYLES: readonly Style[] = [
  { ...CHOSEN_ON, name: 'choosing_single_buy', nBuys: [1, 1] },
  { ...CHOSEN_ON, name: 'choosing_many_buys', nBuys: [6, 11] },
  {
    ...CHOSEN_ON,
    name: 'choosing_dormant',
    nBuys: [1, 3],
    earlier: { nBets: [1, 2], usd: [50, 150], daysBefore: [20, 60] },
  },
  { ...CHOSEN_ON, name: 'choosing_split', nBuys: [1, 4], nWallets: 3 },
  { ...CHOSEN_ON, name: 'choosing_slow', nBuys: [6, 11], leadHours: [36, 180], spread: 0.8 },
  {
    ...CHOSEN_ON,
    name: 'choosing_warm_up',
    nBuys: [1, 3],
    earlier: { nBets: [2, 4], usd: [10, 80], daysBefore: [2, 20] },
  },
];

/** Median USD of an insider's bet, all its wallets together. */
export const REPORTED_SIZES_USD: readonly number[] = [300, 1_000, 5_000, 20_000];
export const CHOOSING_SIZES_USD: readonly number[] = [700, 2_500, 10_000, 40_000];
