import { describe, expect, it } from 'vitest';
import { checkSameWallets } from '../../archetypes/ordinary_wallets.ts';
import { CLASSIFIED } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { allUnknown, classify } from '../discovery/chapter_2.ts';
import { refusal } from '../refusal.ts';

describe('12_classified', () => {
  it('has one row a wallet with the archetype that the waterfall gave', () => {
    const { result, classified } = classify(makeProfiles(200, 10, 1));
    expect(classified.columns).toEqual(CLASSIFIED.columns.map(({ name }) => name));
    expect(classified.getColumn('archetype').toArray()).toEqual(result.archetypes);
  });

  it('is made of wallets whose outcomes are all unknown as well', () => {
    const { result, classified } = classify(allUnknown(60));
    expect(result.skippedReason).toContain('none of their markets is known to have resolved');
    expect(classified.getColumn('anomaly_score').nullCount()).toBe(0);
    expect(new Set(result.archetypes).has('insider_like')).toBe(false);
  });

  it('is refused when it speaks of other wallets than the profiles', () => {
    const { classified } = classify(makeProfiles(20, 0, 1));
    expect(refusal(() => checkSameWallets(makeProfiles(9, 0, 1), classified))).toContain(
      'bad-schema: 12_classified and 11_wallet_profiles speak of different wallets',
    );
  });
});
