import { expect, it } from 'vitest';
import { chooseWallets } from '../../cases/choose_wallets.ts';
import { rankedReasons } from '../../cases/ranked_reasons.ts';
import { ANOMALIES } from '../../tables/schemas.ts';
import { frameOf } from '../features/tables.ts';

/** A detector over wallets with these scores; null for one that it has not scored. */
function detector(name: string, scores: readonly (number | null)[], flagged: readonly number[] = []) {
  const rows = scores.map((score, i) => ({
    wallet: `w${i}`,
    anomaly_score: score,
    is_conformal: score === null ? null : flagged.includes(i),
    p_value: score === null ? null : 0.5,
  }));
  return rankedReasons({
    detector: name,
    rule: null,
    frame: frameOf({ ...ANOMALIES, columns: ANOMALIES.columns.map((column) => ({ ...column, nullable: true })) }, rows),
    columns: { score: 'anomaly_score', pValue: 'p_value', isFlagged: 'is_conformal' },
    explain: (row) => ({ figures: [], figuresAre: `why ${name} says so of ${row}` }),
  });
}

it('ranks by falling score, equal scores alike, and flagged wallets before all others', () => {
  const own = detector('own', [0.1, 0.9, 0.9, null, 0.5], [0]);
  expect(own.top(3)).toEqual([0, 1, 2]);
  expect(own.top(9)).toEqual([0, 1, 2, 4]);
  expect([0, 1, 2, 3, 4].map((row) => own.find(row)?.rank ?? null)).toEqual([4, 1, 1, null, 3]);
  expect(own.find(4)).toMatchObject({ nRanked: 4, isFlagged: false, score: 0.5, pValue: 0.5 });
  expect(own.flagged()).toEqual([0]);
});

it('takes the wallets that most detectors flag, then those that rank highest anywhere', () => {
  const one = detector('one', [0.9, 0.8, 0.7, 0.6, 0.5], [0, 1]);
  const other = detector('other', [0.1, 0.2, 0.9, 0.3, 0.4], [1]);
  const chosen = chooseWallets([one, other], 3);
  expect(chosen.map(({ row }) => row)).toEqual([1, 0, 2]);
  expect(chosen[0].findings.map(({ detector: name, isFlagged, rank }) => [name, isFlagged, rank])).toEqual([
    ['one', true, 2],
    ['other', true, 4],
  ]);
  expect(chosen[2].findings.map(({ detector: name, figuresAre }) => [name, figuresAre])).toEqual([
    ['other', 'why other says so of 2'],
    ['one', 'why one says so of 2'],
  ]);
});

it('takes no more wallets than there are, and none of none', () => {
  expect(chooseWallets([detector('one', [0.1, 0.2])], 50)).toHaveLength(2);
  expect(chooseWallets([], 50)).toEqual([]);
  expect(chooseWallets([detector('one', [0.1])], 0)).toEqual([]);
});
