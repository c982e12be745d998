import { expect, test } from 'vitest';
import { balancedSample } from '../../archetypes/sampling.ts';
import { summarizeSample, targetsOf, trainingFrame } from '../../archetypes/training_sets.ts';
import { presentTrainingSet } from '../../archetypes/training_sets_report.ts';
import { conform } from '../../tables/schema.ts';
import { LABELS, TRAINING_BALANCED } from '../../tables/schemas.ts';
import { makeProfiles } from '../anomaly/profiles.ts';
import { frameOf } from '../features/tables.ts';
import { viewOf } from '../step/views.ts';

const PROFILES = makeProfiles(6, 0, 1);
const WALLETS = PROFILES.getColumn('wallet').toArray().map(String);
const NAMES = ['casual', 'fresh_whale', 'unnamed', 'casual', 'casual', 'fresh_whale'];
const CLASSES = [0, 3, null, 0, 0, 3];
const LABELLED = frameOf(
  LABELS,
  WALLETS.map((wallet, row) => ({ wallet, as_of_ms: 1, archetype: NAMES[row], target: CLASSES[row], rule: 'a' })),
);

test('a training set holds the profile, the class and the weight of every sampled wallet', () => {
  const targets = targetsOf(LABELLED);
  expect(targets).toEqual(CLASSES);
  const sample = balancedSample(targets, 3, 1, 1);
  const frame = conform(trainingFrame(PROFILES, LABELLED, sample), TRAINING_BALANCED);
  const rows = frame.select('wallet', 'archetype', 'target', 'weight', 'n_fills').toRecords();
  expect(rows.map((row) => [row.archetype, Number(row.target), row.weight]).sort()).toEqual([
    ['casual', 0, 3],
    ['fresh_whale', 3, 1],
    ['fresh_whale', 3, 1],
  ]);
  const fills = PROFILES.getColumn('n_fills').toArray().map(Number);
  for (const row of rows) expect(Number(row.n_fills)).toBe(fills[WALLETS.indexOf(String(row.wallet))]);
  expect(summarizeSample(targets, sample)).toEqual({ counts: sample.counts, nUnnamed: 1 });
});

test('its lines say what was available and taken, who is left out, and that there is nothing to find', () => {
  const facts = { counts: [{ target: 0, available: 1200, taken: 300 }], nUnnamed: 57 };
  const [table, leftOut, nothing] = presentTrainingSet(facts, viewOf({ whale: 'fresh_whale' })).lines;
  expect(table).toMatch(/^casual +0 +1,200 +300 +4\.00$/m);
  expect(leftOut).toContain('Left out: 57 unnamed wallets');
  expect(nothing).toBe('No wallet is fresh_whale: a classifier has nothing to find here.');
  expect(presentTrainingSet({ ...facts, nUnnamed: 0 }, viewOf({ whale: 'casual' })).lines).toHaveLength(1);
});
