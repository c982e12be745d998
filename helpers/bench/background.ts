/**
 * `npm run bench -- background`: plants insiders of several styles and sizes into a tape that was really traded, at its prices
 * plus their impact, and compares all detectors with the trivial ones; beside that, what is left of the top of each list when
 * outcomes are randomised. The last line is one JSON object; the picture is `<background>.svg` in --out.
 */
import path from 'node:path';
import { chooseDetectors } from '../anomaly/power/study_detectors.ts';
import { renderSvg } from '../charts/render.ts';
import { createExecutor } from '../parallel/executor.ts';
import { InputError } from '../run/errors.ts';
import { writeFileAtomic, writeJsonAtomic } from '../run/files.ts';
import { option } from '../run/option_kinds.ts';
import { FINAL_STYLES, REPORTED_SIZES_USD, REPORTED_STYLES, type Style } from './background/styles.ts';
import {
  apTable,
  type BackgroundRow,
  backgroundPicture,
  type ControlRow,
  detailTables,
  summarise,
} from './background/summary.ts';
import { type Half, readTape, type Tape } from './background/tape.ts';
import { runTrial, scoreTape, type TrialResult } from './background/trial.ts';
import { importRaw } from './suite/bench_run.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

/** The production model and the other learned one, red flags, and the trivial ones. */
const DETECTORS = 'red_flags,kmeans,isolation_forest,largest_bet,volume,profit,profit_and_concentration';
const N_TOP = 20;
const DRAWN_USD = 5_000;
const SEEDS_A_PLAN = 1_000;

function parse(args: readonly string[]) {
  return suiteOptions(args, {
    data: { type: 'string', describe: 'raw files of the background; otherwise what --data-dir holds' },
    role: { choices: ['maker', 'taker'] as const, describe: 'role of Data API rows' },
    'data-dir': { type: 'string', describe: 'a data folder with an imported tape' },
    name: { type: 'string', describe: 'name of the background', defaultDescription: 'name of the folder' },
    half: { choices: ['first', 'second', 'all'] as const, default: 'second' as Half, describe: 'of its events' },
    styles: option.text('all', 'names of styles, or final'),
    detectors: option.text(DETECTORS, 'detectors of the power study'),
    sizes: option.text(REPORTED_SIZES_USD.join(','), 'median bets, USD'),
    planted: option.number(10, 'insiders planted at once'),
    draws: option.number(6, 'plantings of each style and size'),
    'control-draws': option.number(20, 'tapes with randomised outcomes'),
    seed: option.number(1, 'seed of everything random'),
    threads: option.number(1, 'threads'),
    out: option.text('models/bench/background', 'folder of the results'),
  });
}

/** @throws InputError 'bad-option' naming what is not known */
function chooseStyles(text: string): readonly Style[] {
  if (text === 'all') return REPORTED_STYLES;
  if (text === 'final') return FINAL_STYLES;
  const all = [...REPORTED_STYLES, ...FINAL_STYLES];
  return text.split(',').map((name) => {
    const style = all.find((own) => own.name === name);
    if (style !== undefined) return style;
    const known = all.map((own) => own.name).join(', ');
    throw new InputError('bad-option', `--styles names ${name}, which is none`, `known are: ${known}`);
  });
}

type Settings = ReturnType<typeof parse>;

async function measureStyles(tape: Tape, given: Settings, folder: string): Promise<BackgroundRow[]> {
  const executor = createExecutor({ nThreads: given.threads });
  const sizes = given.sizes.split(',').map(Number);
  const rows: BackgroundRow[] = [];
  for (const [s, style] of chooseStyles(given.styles).entries())
    for (const [m, medianUsd] of sizes.entries()) {
      const draws: TrialResult[] = [];
      for (let draw = 0; draw < given.draws; draw++) {
        const seed = given.seed * 1_000_000 + (s * sizes.length + m) * SEEDS_A_PLAN + draw;
        const plan = { style, medianUsd, nInsiders: given.planted, seed };
        draws.push(await runTrial(tape, plan, chooseDetectors(given.detectors), () => true, folder, executor));
      }
      rows.push(...summarise({ background: tape.name, style: style.name, medianUsd }, draws));
      say(`${style.name} $${medianUsd} done`);
    }
  await executor.close();
  return rows;
}

/** How many wallets reach the bar of the top 20 when outcomes say nothing. */
async function measureControl(tape: Tape, given: Settings, folder: string): Promise<ControlRow[]> {
  const executor = createExecutor({ nThreads: given.threads });
  const detectors = chooseDetectors(given.detectors);
  const real = await scoreTape(tape, null, detectors, folder, executor);
  const bars = real.map((scores) => scores.slice().sort().at(-N_TOP)!);
  const shares = bars.map(() => 0);
  const shareAbove = (scores: Float64Array, bar: number): number =>
    scores.filter((s) => s >= bar).length / scores.length;
  for (let draw = 0; draw < given.controlDraws; draw++) {
    const drawn = await scoreTape(tape, given.seed * 1_000_000 + 900_000 + draw, detectors, folder, executor);
    drawn.forEach((scores, i) => {
      shares[i] += shareAbove(scores, bars[i]) / given.controlDraws;
    });
  }
  await executor.close();
  return detectors.map(({ name }, i) => ({
    background: tape.name,
    detector: name,
    n_draws: given.controlDraws,
    share_real: shareAbove(real[i], bars[i]),
    share_randomised: shares[i],
  }));
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const given = parse(args);
  await inFolder('background', async (folder) => {
    const dataDir = given.dataDir ?? folder;
    if (given.data !== undefined) await importRaw(given.data, dataDir, given.role);
    const source = given.name ?? path.basename(path.resolve(given.data ?? dataDir));
    const name = given.half === 'all' ? source : `${source}_${given.half}_half`;
    const tape = readTape(name, dataDir, given.half);
    const rows = await measureStyles(tape, given, folder);
    const controls = await measureControl(tape, given, folder);
    const settings = { ...given, data: undefined, dataDir: undefined };
    const result = { bench: 'background', settings, results: rows, controls };
    const shown = [...new Set(rows.map(({ detector }) => detector))];
    const picture = backgroundPicture(
      rows,
      rows.some((r) => r.median_usd === DRAWN_USD) ? DRAWN_USD : rows[0].median_usd,
      shown,
    );
    writeJsonAtomic(path.join(given.out, `${name}.json`), result);
    writeFileAtomic(path.join(given.out, `${name}.svg`), await renderSvg(picture.spec, 'background'));
    for (const table of [apTable(rows), ...detailTables(rows, controls)]) say(`\n${table}`);
    say(JSON.stringify(result));
  });
}
