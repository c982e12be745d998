/**
 * `npm run bench -- ablation`: the ablation steps on many simulated markets, without informed flow (the right answer: no edge)
 * and with planted insiders (the right answer: an edge on their trades). A world that is done is kept in --out and not run
 * again; the summary is ablation.json there and the last line, the picture ablation.svg.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { renderSvg } from '../charts/render.ts';
import { TARGET_OPTIONS } from '../features/trades/targets.ts';
import { ablationSettings } from '../profit/ablation_options.ts';
import { MODEL_OPTIONS } from '../profit/model_options.ts';
import { readStepCode } from '../run/code.ts';
import { formatTable, tabulate } from '../run/console.ts';
import { hashValue, readJson, writeFileAtomic, writeJsonAtomic } from '../run/files.ts';
import { option } from '../run/option_kinds.ts';
import type { SimulateRequest } from '../simulate/options.ts';
import { runWorld, type WorldResult } from './ablation/one_world.ts';
import { ablationBenchPicture } from './ablation/picture.ts';
import { type Mean, summarise, type WorldSummary } from './ablation/summary.ts';
import { say, suiteOptions } from './suite/suite.ts';

interface Kept {
  readonly settings: string;
  readonly result: WorldResult;
}

function short({ mean, low, high }: Mean): string {
  if (!Number.isFinite(mean)) return '–';
  return low === null || high === null ? mean.toFixed(3) : `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function tableOf(summary: WorldSummary): string {
  const { header, rows } = tabulate(summary.steps, {
    step: (own) => `${own.step} ${own.name}`,
    'base rate': (own) => short(own.base_rate),
    'model at .75': (own) => short(own.model_precision_75),
    'model at .90': (own) => short(own.model_precision_90),
    'return of top 1 %': (own) => short(own.model_return_top),
    'price only': (own) => short(own.price_only_return_top),
    difference: (own) => short(own.return_difference),
    'seeds above price only': (own) => `${own.seeds_with_difference_above_0} of ${summary.n_seeds}`,
  });
  return formatTable(header, rows);
}

function defaultsOf<T extends object>(specs: T): { [K in keyof T]: T[K] extends { default: infer D } ? D : never } {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, (spec as { default: unknown }).default]),
  ) as never;
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const given = suiteOptions(args, {
    seeds: option.number(10, 'markets of each kind'),
    'first-seed': option.number(1001, 'seeds count from here'),
    rows: option.number(60_000, 'fills of each market'),
    markets: option.number(400, 'markets in each'),
    wallets: option.number(1500, 'wallets in each'),
    insiders: option.number(0.05, 'share of insiders where they are planted'),
    difficulty: option.text('easy', 'of the planted insiders: easy, medium, hard'),
    delay: option.number(60, 'seconds between a fill and its follower'),
    threads: option.number(1, 'threads'),
    out: option.text('models/bench/ablation', 'folder of the results'),
  });
  const settings = ablationSettings({
    ...defaultsOf(TARGET_OPTIONS),
    ...defaultsOf(MODEL_OPTIONS),
    ablation: true,
    'ablation-rows': 1_000_000,
    delay: given.delay,
  });
  const size = { nTrades: given.rows, nMarkets: given.markets, nWallets: given.wallets };
  const worlds: Readonly<Record<string, SimulateRequest>> = {
    null: { ...size, insiderShare: 0 },
    planted: { ...size, insiderShare: given.insiders, difficulty: given.difficulty },
  };
  const code = [(await readStepCode('helpers/bench/ablation/one_world.ts')).hash, settings];
  const summaries: WorldSummary[] = [];
  for (const [world, request] of Object.entries(worlds)) {
    const results: WorldResult[] = [];
    for (let k = 0; k < given.seeds; k++) {
      const seeded = { ...request, seed: given.firstSeed + k };
      results.push(
        await keptOrRun(path.join(given.out, `${world}-${seeded.seed}.json`), hashValue([code, seeded]), () =>
          runWorld(seeded, settings, given.threads),
        ),
      );
      say(`${world} ${seeded.seed} done`);
    }
    const summary = summarise(world, results);
    summaries.push(summary);
    say(`\n${world}, ${given.seeds} seeds\n${tableOf(summary)}\n`);
  }
  const result = { bench: 'ablation', settings: given, worlds: summaries };
  writeJsonAtomic(path.join(given.out, 'ablation.json'), result);
  writeFileAtomic(
    path.join(given.out, 'ablation.svg'),
    await renderSvg(ablationBenchPicture(summaries).spec, 'ablation'),
  );
  say(JSON.stringify(result));
}

async function keptOrRun(file: string, settings: string, run: () => Promise<WorldResult>): Promise<WorldResult> {
  const kept = existsSync(file) ? (readJson(file) as Kept) : null;
  if (kept?.settings === settings) return kept.result;
  const result = await run();
  writeJsonAtomic(file, { settings, result } satisfies Kept);
  // What was written is what is summed up, also where JSON turns NaN into null.
  return (readJson(file) as Kept).result;
}
