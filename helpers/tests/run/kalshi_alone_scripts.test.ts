import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishSection } from '../../charts/report.ts';
import { makeDataSection } from '../../overview/overview_report.ts';
import { findStep, STEPS, type Step } from '../../pipeline.ts';
import { createLog } from '../../run/console.ts';
import { readJson } from '../../run/files.ts';
import { newFolder, removeFolders } from '../features/tables.ts';
import { writeKalshiFiles } from '../venues/kalshi_market.ts';

afterAll(removeFolders);

const NO_WALLETS =
  'Kalshi publishes no wallets: 3,600 of 3,600 fills have none; they count for markets, not for profiles.';
const ABOUT_WALLETS = STEPS.filter((step) => step.inGraph && /^[234]_/.test(step.script));
/** As the graph runs them, but for options that make the work small. */
const BEFORE_AND_AFTER: Readonly<Record<string, readonly string[]>> = {
  import_trades: ['--input', '{raw}'],
  build_features: [],
  train_profitability: ['--rounds', '20', '--folds', '2'],
  analyze_thresholds: ['--step', '0.2'],
  finalize_strategies: ['--step', '0.2', '--draws', '2'],
};

interface Ended {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
  readonly outcome: unknown;
}

const dataDir = newFolder();
const raw = join(dataDir, 'raw');
const ended = new Map<string, Ended>();

/** Runs a step as the pipeline and the cluster do, as a process of its own that leaves a report. */
async function runStep(step: Step, args: readonly string[] = []): Promise<void> {
  const SPYHOP_REPORT = join(dataDir, `${step.id}.json`);
  const where = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models'), '--quiet'];
  const words = [
    '--import',
    'tsx',
    step.script,
    ...args.flatMap((word) => (word === '{as-of}' ? [] : word.replace('{raw}', raw))),
    ...where,
  ];
  const child = spawn('node', words, { env: { ...process.env, SPYHOP_REPORT } });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (text) => (texts[stream] += text));
  const status = await new Promise<number | null>((done) => child.on('close', done));
  const { outcome } = readJson(SPYHOP_REPORT) as { outcome: unknown };
  ended.set(step.id, { status, lines: texts.stdout.trim().split('\n'), errors: texts.stderr, outcome });
}

describe('trades of Kalshi alone', () => {
  beforeAll(async () => {
    writeKalshiFiles(raw);
    const [importing, profiles, ...profit] = Object.entries(BEFORE_AND_AFTER);
    for (const [id, args] of [importing, profiles]) await runStep(findStep(id), args);
    const chapter6 = async (): Promise<void> => {
      for (const [id, args] of profit) await runStep(findStep(id), args);
    };
    const chapters2To4 = async (): Promise<void> => {
      for (const step of ABOUT_WALLETS) await runStep(step);
    };
    await Promise.all([chapter6(), chapters2To4()]);
  });

  it.each(Object.keys(BEFORE_AND_AFTER))('let %s do its work', (id) => {
    expect(ended.get(id)).toMatchObject({ status: 0, errors: '', outcome: 'done' });
  });

  it.each(['import_trades', 'build_features'])('make %s say in one line that they tell no wallets', (id) => {
    expect(ended.get(id)!.lines.filter((line) => /wallets/.test(line) && !line.startsWith('0 wallets'))).toEqual([
      NO_WALLETS,
    ]);
  });

  it.each(ABOUT_WALLETS)('make $id say in one line why it is skipped, and nothing is written', ({ id, writes }) => {
    const reason = expect.stringMatching(
      /^Nothing to do, skipped: .*no (fill|row) .*names a wallet \(Kalshi publishes no account ids\)\.$/,
    );
    expect(ended.get(id)).toEqual({ status: 0, lines: [reason], errors: '', outcome: 'skipped' });
    for (const folder of writes) expect(existsSync(join(dataDir, folder))).toBe(false);
  });

  it('have no wallets that training could have seen before', () => {
    expect(ended.get('train_profitability')!.lines).toContain(
      'Test on unseen wallets: none, as no fill names a wallet.',
    );
  });

  it('are in a report that says what is missing, without empty charts of wallets', async () => {
    const { reportPath } = await publishSection({ dataDir, log: createLog({ quiet: true }) }, makeDataSection(dataDir));
    const report = readFileSync(reportPath, 'utf8');
    const missing = 'There are no profiles, so the steps of chapters 2 to 4 have nothing to show.';
    for (const sentence of [NO_WALLETS, missing]) expect(report).toContain(sentence);
    expect(report).not.toContain('Fills per wallet');
  });
});
