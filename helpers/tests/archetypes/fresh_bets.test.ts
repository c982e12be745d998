import { expect, it } from 'vitest';
import { DEFAULT_THRESHOLDS } from '../../archetypes/archetypes.ts';
import { countFreshBets, freshWhenItBetBig } from '../../archetypes/fresh_bets.ts';
import { formatFreshBets } from '../../archetypes/waterfall_report.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';

/** One wallet a row: age at its largest bet, that bet, mean fill, and whether its tenure is cut off. */
function profilesOf(
  rows: readonly (readonly [age: number, max: number, mean: number, isCensored: boolean])[],
): DataFrame {
  const column = (name: string, at: number) =>
    pl.Series(
      name,
      rows.map((row) => row[at] as number),
      pl.Float64,
    );
  return pl.DataFrame([
    column('age_at_max_bet_days', 0),
    column('max_bet_usd', 1),
    column('aggression_avg_usd', 2),
    pl.Series(
      'tenure_is_censored',
      rows.map((row) => row[3]),
      pl.Bool,
    ),
  ]);
}

it('is fresh who bets $1,000 in its first 7 days, and never who was there when the tape began', () => {
  const profiles = profilesOf([
    [6.9, 1000, 1000, false],
    [7, 1000, 1000, false],
    [0, 999, 999, false],
    [0, 5000, 5000, true],
  ]);
  expect(Array.from(freshWhenItBetBig(profiles, DEFAULT_THRESHOLDS))).toEqual([1, 0, 0, 0]);
});

it('warns of whales whose age is not known, and of a tape without small fills', () => {
  const rows = [
    [0, 2000, 2000, true],
    [1, 2000, 2000, false],
    [1, 50, 50, false],
  ] as const;
  const archetypes = ['fresh_whale', 'fresh_whale', 'casual'];
  const said = (profiles: DataFrame): string =>
    formatFreshBets(
      countFreshBets(profiles, freshWhenItBetBig(profiles, DEFAULT_THRESHOLDS), archetypes),
      DEFAULT_THRESHOLDS,
    ).join('\n');
  const cut = said(profilesOf(rows));
  expect(cut).toContain('1 wallet; the published rule, which asks for the age at the end, finds 2.');
  expect(cut).toContain(
    'The tenure of 1 of 3 wallets is cut off by the beginning of the tape, also of 1 of the fresh whales',
  );
  expect(cut).toContain('95 % of wallets bet $50 or more');
  expect(said(profilesOf([rows[0], rows[1], [1, 2, 2, false]]))).not.toContain('small fills');
});
