import { afterAll, expect, it } from 'vitest';
import { openReasons } from '../../cases/reason_sources.ts';
import { Population } from '../../features/wallets/population.ts';
import { WALLET_PROFILES, WALLET_SKILL, WASH_RINGS } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { removeFolders } from '../features/tables.ts';
import { AS_OF_MS, walletName, writeCaseData, writeRows } from './case_data.ts';

afterAll(removeFolders);

it('reads the skill test and wash rings where they have been made, with the wallets that they do not speak of left out', async () => {
  const dataDir = await writeCaseData();
  const profiles = readTable(openTable(dataDir, WALLET_PROFILES));
  const population = new Population(profiles);
  const open = () => openReasons(dataDir, profiles, population);
  expect(open().map(({ detector }) => detector)).not.toContain('Skill test');
  const shared = { as_of_ms: AS_OF_MS, reason: '9 of 10 bets won' };
  const bets = { n_events: 10, n_won: 9, expected_wins: 5, excess_accuracy_pct: 40, accuracy_p: 0.01, gain_usd: 1 };
  const skill = { ...shared, ...bets, money_p: 0.01, n_draws: 10_000 };
  writeRows(
    dataDir,
    WALLET_SKILL,
    [
      { ...skill, wallet: walletName(0), p_value: 0.3, q_value: 0.3, is_flagged: false },
      { ...skill, wallet: walletName(1), p_value: 0.001, q_value: 0.002, is_flagged: true },
    ],
    { fdr: 0.1 },
  );
  const ring = {
    ring_id: 1,
    ring_size: 1,
    ring_score: 5,
    wash_score: 1,
    closed_share_pct: 100,
    round_trip_share_pct: 100,
  };
  const counts = { n_matches: 9, n_self_matches: 9, matched_shares: 1, p_value: 0.02, q_value: 0.02, is_flagged: true };
  writeRows(dataDir, WASH_RINGS, [{ ...shared, ...ring, ...counts, wallet: walletName(2) }], { fdr: 0.1 });
  const [skillTest, washRings] = ['Skill test', 'Wash rings'].map(
    (name) => open().find(({ detector }) => detector === name)!,
  );
  const names = profiles.getColumn('wallet').toArray() as string[];
  const row = (i: number): number => names.indexOf(walletName(i));
  expect(skillTest.flagged()).toEqual([row(1)]);
  expect(skillTest.top(5)).toEqual([row(1), row(0)]);
  expect(skillTest.find(row(2))).toBeNull();
  expect(skillTest.explain(row(1)).figures.map(({ words }) => words)).toEqual(['9 of 10 bets won']);
  expect(washRings.flagged()).toEqual([row(2)]);
  expect(washRings.rule).toEqual({ kind: 'fdr', rate: 0.1 });
  expect(washRings.find(row(2))).toMatchObject({ score: 5, pValue: 0.02, rank: 1 });
});
