/**
 * How planted insiders behave. Lists that share no style: detectors are chosen and trained on CHOOSING_STYLES alone, and figures
 * are reported for REPORTED_STYLES. Those have been looked at often; FINAL_STYLES were written before any detector was run on them.
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
  /** Standard deviation of the logarithm of an insider's bet. */
  readonly sizeSpread: number;
  /** Sells the loser, of which it mints a pair with the winner, instead of buying the winner. */
  readonly sellsLoser: boolean;
  /** Money put on the other outcome, as a share of the bet; null: nothing. */
  readonly hedgeShare: Range | null;
  /** Share of what it bought that it sells after the move; it holds the rest until the market resolves. */
  readonly soldShare: number;
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
  sizeSpread: 0.5,
  sellsLoser: false,
  hedgeShare: null,
  soldShare: 0,
  earlier: null,
};

/** For figures; not chosen on, but looked at while things were chosen (models/LOG.md says how often). */
export const REPORTED_STYLES: readonly Style[] = [
  FRESH,
  { ...FRESH, name: 'dormant', earlier: { nBets: [3, 8], usd: [20, 300], daysBefore: [30, 120] } },
  { ...FRESH, name: 'split_over_five', nWallets: 5 },
  { ...FRESH, name: 'hedged', hedgeShare: [0.25, 0.25] },
  { ...FRESH, name: 'patient', nBuys: [12, 30], leadHours: [48, 240], spread: 0.95 },
  { ...FRESH, name: 'after_warm_up', earlier: { nBets: [5, 12], usd: [5, 50], daysBefore: [1, 14] } },
  { ...FRESH, name: 'sells_after_move', soldShare: 1 },
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

const LATER: Style = {
  ...FRESH,
  nBuys: [1, 8],
  leadHours: [1.5, 216],
  spread: 0.4,
  priceBand: [0.03, 0.8],
  sizeSpread: 0.9,
};

/**
 * Written from the definitions on 2026-12-01, frozen before any detector was run on them, to be run with `--seed 171201`. Whoever
 * has looked at their figures and goes on choosing writes another list.
 */
export const FINAL_STYLES: readonly Style[] = [
  { ...LATER, name: 'final_fresh' },
  { ...LATER, name: 'final_last_hours', nBuys: [1, 3], leadHours: [0.5, 8] },
  { ...LATER, name: 'final_long_shot', leadHours: [12, 240], priceBand: [0.02, 0.2] },
  { ...LATER, name: 'final_split_over_two', nWallets: 2 },
  { ...LATER, name: 'final_split_over_eight', nBuys: [1, 3], nWallets: 8 },
  { ...LATER, name: 'final_part_hedged', hedgeShare: [0.05, 0.6] },
  { ...LATER, name: 'final_patient', nBuys: [15, 60], leadHours: [72, 240], spread: 1 },
  { ...LATER, name: 'final_sells_half', soldShare: 0.5 },
  { ...LATER, name: 'final_sells_loser', sellsLoser: true },
  { ...LATER, name: 'final_sleeper', earlier: { nBets: [1, 10], usd: [10, 1_000], daysBefore: [45, 150] } },
  { ...LATER, name: 'final_regular', earlier: { nBets: [10, 40], usd: [20, 500], daysBefore: [3, 100] } },
  { ...LATER, name: 'final_three_events', nEvents: 3 },
];

/** Median USD of an insider's bet, all its wallets together. */
export const REPORTED_SIZES_USD: readonly number[] = [300, 1_000, 5_000, 20_000];
export const CHOOSING_SIZES_USD: readonly number[] = [700, 2_500, 10_000, 40_000];
