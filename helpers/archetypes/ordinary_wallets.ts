/** Who counts as ordinary: the wallets against which flags are calibrated. */
import type { DataFrame } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { toTexts } from '../tables/matrix.ts';
import { CLASSIFIED } from '../tables/schemas.ts';

/** Archetypes that no rule took and no cluster marked. */
const ORDINARY: ReadonlySet<string | null> = new Set(['casual', 'unnamed']);

/**
 * 1 for wallets that the waterfall calls casual or does not name.
 * @throws InputError 'bad-schema' when 12_classified was made from other profiles
 */
export function ordinaryWallets(profiles: DataFrame, classified: DataFrame): Uint8Array {
  checkSameWallets(profiles, classified);
  return ordinaryRows(toTexts(classified, 'archetype'));
}

/** 1 for the archetypes that the waterfall calls casual or does not name. */
export function ordinaryRows(archetypes: readonly (string | null)[]): Uint8Array {
  return Uint8Array.from(archetypes, (archetype) => (ORDINARY.has(archetype) ? 1 : 0));
}

/** Refuses a 12_classified that does not speak of the same wallets as the profiles. */
export function checkSameWallets(profiles: DataFrame, classified: DataFrame): void {
  const [a, b] = [toTexts(profiles, 'wallet'), toTexts(classified, 'wallet')];
  if (a.length === b.length && a.every((wallet, row) => wallet === b[row])) return;
  throw new InputError(
    'bad-schema',
    '12_classified and 11_wallet_profiles speak of different wallets',
    `make the former again: ${CLASSIFIED.madeBy}`,
  );
}
