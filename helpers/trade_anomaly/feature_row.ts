/** Features of a trade as one row of numbers, in the order that a model was made with. */
import type { Trade } from './trade.ts';
import { OTHER, type TradeFeatures, type WalletFeatures } from './trade_fold.ts';

type Read<F> = readonly (readonly [string, (features: F) => number])[];

/** The seven of every venue, with the robust size beside the plain one. */
const TRADE_COLUMNS: Read<TradeFeatures> = [
  ['contracts', ({ contracts }) => contracts],
  ['price', ({ price }) => price],
  ['mean_contracts', ({ meanContracts }) => meanContracts],
  ['size_z', ({ sizeZ }) => sizeZ],
  ['robust_size_z', ({ robustZ }) => robustZ],
  ['hours_to_close', ({ hoursToClose }) => hoursToClose],
  ['open_interest', ({ openInterest }) => openInterest],
  ['volume_24h', ({ volume24h }) => volume24h],
];

const WALLET_COLUMNS: Read<WalletFeatures> = [
  ['wallet_trades', ({ walletTrades }) => walletTrades],
  ['wallet_mean_usd', ({ walletMeanUsd }) => walletMeanUsd],
  ['first_seen_hours', ({ firstSeenHours }) => firstSeenHours],
  ['own_z', ({ ownZ }) => ownZ],
  ['market_share', ({ marketShare }) => marketShare],
];

/** Columns of a venue's model: the numbers, then one a category. */
export function featureNames(venue: Trade['venue'], categories: readonly string[]): string[] {
  const wallet = venue === 'polymarket' ? WALLET_COLUMNS : [];
  return [...TRADE_COLUMNS, ...wallet].map(([name]) => name).concat(categories.map((name) => `category_${name}`));
}

/**
 * Writes features into rows of featureNames. What the model was not taught as a category counts as `other`.
 * @param categories end in `other`
 */
export function rowWriter(
  venue: Trade['venue'],
  categories: readonly string[],
): (features: TradeFeatures, row: Float32Array) => void {
  const placeOf = new Map(categories.map((name, i) => [name, i]));
  const other = placeOf.get(OTHER) ?? categories.length - 1;
  const wallets = venue === 'polymarket' ? WALLET_COLUMNS : [];
  const first = TRADE_COLUMNS.length + wallets.length;
  return (features, row) => {
    for (let i = 0; i < TRADE_COLUMNS.length; i++) row[i] = TRADE_COLUMNS[i][1](features);
    for (let i = 0; i < wallets.length; i++)
      row[TRADE_COLUMNS.length + i] = features.wallet === null ? Number.NaN : wallets[i][1](features.wallet);
    row.fill(0, first);
    row[first + (placeOf.get(features.category) ?? other)] = 1;
  };
}
