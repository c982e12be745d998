/**
 * `npm run bench -- red_flags`: learns how much each piece of evidence weighs, by planting the choosing styles into the first
 * half of a real tape and from the insiders of simulated markets, and writes helpers/red_flags/coefficients.json. Before that
 * it tests the direction of every candidate on every background. The last line is one JSON object.
 */
import path from 'node:path';
import { makeStudyMarket } from '../anomaly/power/study_market.ts';
import { plantedTypes } from '../archetypes/planted_types.ts';
import { rocCurve } from '../evaluate/roc_curve.ts';
import type { StyleSample, TrainedRedFlags } from '../red_flags/coefficients.ts';
import { EVIDENCE_NAMES } from '../red_flags/evidence.ts';
import { featureValues, scoreEvidence } from '../red_flags/score.ts';
import { formatTable } from '../run/console.ts';
import { makeFolder, writeFileAtomic } from '../run/files.ts';
import { option } from '../run/option_kinds.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { readTape } from './background/tape.ts';
import { fitLogistic } from './red_flags/fit_logistic.ts';
import {
  BACKGROUND,
  type LabelledEvidence,
  labelledEvidence,
  SIMULATED_INSIDER,
  type TrainingTape,
  trainingRows,
} from './red_flags/training_set.ts';
import { benchRun, importRaw } from './suite/bench_run.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

/**
 * Left out: what the planting itself decides (price and size), what says on some background the opposite of elsewhere, and the price
 * a day later, which takes the larger stakes for worse ones: they paid for their own impact.
 */
const SCORED = [
  'idle_before_days',
  'market_share_pct',
  'stake_vs_volume_pct',
  'market_profit_usd',
  'excess_price',
  'hours_to_resolution',
  'kept_pct',
  'taker_pct',
];
const N_QUANTILES = 41;
const FILE = 'helpers/red_flags/coefficients.json';

function parse(args: readonly string[]) {
  return suiteOptions(args, {
    data: { type: 'string', describe: 'raw files of the real background; otherwise what --data-dir holds' },
    role: { choices: ['maker', 'taker'] as const, describe: 'role of Data API rows' },
    'data-dir': { type: 'string', describe: 'a data folder with an imported tape' },
    name: option.text('real', 'name of the real background'),
    simulated: option.text('1,2,3,4', 'seeds of simulated markets'),
    'simulated-weight': option.number(0.1, 'weight of all of them; the real tape has 1'),
    draws: option.number(6, 'plantings into each background'),
    each: option.number(3, 'insiders of each style and size in a planting'),
    ridge: option.number(0.01, 'penalty of the logistic regression'),
    'floor-usd': option.number(500, 'smallest stake that is learnt from, USD'),
    seed: option.number(1, 'seed of everything random'),
    out: option.text(FILE, 'file of the coefficients'),
  });
}

/** The first half of the real tape, then the simulated markets. */
async function openTapes(given: ReturnType<typeof parse>, folder: string): Promise<TrainingTape[]> {
  const dataDir = given.dataDir ?? path.join(folder, 'real');
  if (given.data !== undefined) await importRaw(given.data, dataDir, given.role);
  const real = readTape(`${given.name}, first half`, dataDir, 'first');
  const tapes: TrainingTape[] = [{ tape: real, weight: 1, insiders: new Set() }];
  const seeds = given.simulated.split(',').map(Number);
  for (const seed of seeds) {
    const own = path.join(folder, `simulated-${seed}`);
    makeFolder(own);
    const spec = { seed, difficulty: 'medium', nTrades: 200_000 };
    await makeStudyMarket(benchRun('simulate_market', own, seed), own, spec);
    const tape = readTape(`simulated, seed ${seed}`, own, 'all');
    const wallets = [...new Set(toTexts(tape.trades, 'wallet') as string[])];
    const types = plantedTypes(own, wallets)!;
    const insiders = new Set(wallets.filter((_, i) => types[i] === 'insider'));
    tapes.push({ tape, weight: given.simulatedWeight / seeds.length, insiders });
  }
  return tapes;
}

/** AUC of every candidate on every background, of what is known, at or above the floor. */
function directionTable(sets: readonly LabelledEvidence[], floorUsd: number): string {
  const rows = EVIDENCE_NAMES.map((name) => [
    name,
    ...sets.map(({ frame, labels }) => {
      const stake = toNumbers(frame, 'stake_usd');
      const values = featureValues(frame, name);
      const known = labels.flatMap((_, row) => (stake[row] >= floorUsd && !Number.isNaN(values[row]) ? [row] : []));
      const isPlanted = Uint8Array.from(known, (row) => Number(labels[row] !== BACKGROUND));
      const nPlanted = isPlanted.reduce((sum, flag) => sum + flag, 0);
      if (nPlanted === 0 || nPlanted === known.length) return '–';
      return rocCurve(
        isPlanted,
        Float64Array.from(known, (row) => values[row]),
      ).auc.toFixed(2);
    }),
    SCORED.includes(name) ? 'yes' : 'no',
  ]);
  return formatTable(['AUC in the direction argued', ...sets.map(({ tape }) => tape), 'scored'], rows);
}

/** How the evidence of each planted style is spread in the real tape, by plantings that were not learnt from. */
function styleSamples(model: TrainedRedFlags, { frame, labels }: LabelledEvidence): StyleSample[] {
  const { bits } = scoreEvidence(model, frame);
  const stake = toNumbers(frame, 'stake_usd');
  return [...new Set(labels)]
    .filter((label) => label !== BACKGROUND && label !== SIMULATED_INSIDER)
    .map((label) => {
      const [style, median] = label.split(' $');
      const rows = labels.flatMap((own, row) => (own === label ? [row] : []));
      const ranked = rows
        .filter((row) => stake[row] >= model.floorUsd)
        .map((row) => bits[row])
        .sort((a, b) => a - b);
      const at = (share: number): number => ranked[Math.min(ranked.length - 1, Math.floor(share * ranked.length))];
      return {
        style,
        medianUsd: Number(median),
        shareUnderFloor: Math.round(1000 * (1 - ranked.length / rows.length)) / 1000,
        bits: Array.from({ length: N_QUANTILES }, (_, i) => Math.round(100 * at(i / (N_QUANTILES - 1))) / 100),
      };
    });
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const given = parse(args);
  await inFolder('red-flags', async (folder) => {
    const tapes = await openTapes(given, folder);
    const sets: LabelledEvidence[] = [];
    for (const tape of tapes)
      sets.push(await labelledEvidence(tape, { n: given.draws, nEach: given.each, seed: given.seed * 10_000 }, folder));
    const fitted = fitLogistic(SCORED, trainingRows(sets, SCORED, given.floorUsd), given.ridge);
    const rounded = (value: number): number => Number(value.toPrecision(6));
    const trained: TrainedRedFlags = {
      madeBy: `npm run bench -- red_flags --data <raw files of ${given.name}>${given.role === undefined ? '' : ` --role ${given.role}`} --name ${given.name} --simulated ${given.simulated} --seed ${given.seed}`,
      backgrounds: tapes.map(({ tape, weight }) => ({
        name: tape.name,
        weight,
        nWallets: tape.trades.getColumn('wallet').nUnique(),
      })),
      seed: given.seed,
      floorUsd: given.floorUsd,
      ridge: given.ridge,
      terms: fitted.terms.map(({ name, mean, sd, weight }) => {
        return { name, mean: rounded(mean), sd: rounded(sd), weight: rounded(weight) };
      }),
      intercept: rounded(fitted.intercept),
      styles: [],
    };
    const fresh = { n: given.draws, nEach: given.each, seed: given.seed * 10_000 + 5_000 };
    const styles = styleSamples(trained, await labelledEvidence(tapes[0], fresh, folder));
    writeFileAtomic(given.out, `${JSON.stringify({ ...trained, styles })}\n`);
    say(`${directionTable(sets, given.floorUsd)}\n`);
    const weights = trained.terms.map(({ name, weight }) => [name, weight.toFixed(2)]);
    say(`${formatTable(['evidence', 'weight of a standard deviation'], weights)}`);
    say(JSON.stringify({ bench: 'red_flags', out: given.out, terms: trained.terms }));
  });
}
