/** Runs a numbered script: looks its result up, skips it or lets it compute, commits what it made, and shows it. */
import { activeModelLine } from '../registry/registry.ts';
import { formatCount } from '../run/console.ts';
import { withLock } from '../run/lock.ts';
import type { Manifest } from '../run/manifest.ts';
import { COMMON_GROUP, type OptionSpecs, type OptionValues } from '../run/options.ts';
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run, runScript, type StepOutcome } from '../run/script.ts';
import { isMadeFrom } from '../tables/made_from.ts';
import { type Table, TableWriter } from '../tables/table_store.ts';
import type { InputSpecs, OpenInputs, Step, StepContext, StepResult } from './contract.ts';
import { encodeFacts } from './facts.ts';
import { explainDifference, type Identity, identify } from './identity.ts';
import { isSkipped, openInputs } from './inputs.ts';
import { commitProduct, ensureActive, findParts, findProduct, type Product } from './product.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { show, showSkipped } from './show.ts';

/** Every step explains itself; the script that runs all of them takes the name of one. */
const EXPLAIN_OPTION: OptionSpecs = {
  explain: {
    type: 'boolean',
    default: false,
    describe: 'do nothing but say why the step is up to date or stale',
    excludes: ['force', 'check'],
    group: COMMON_GROUP,
  },
};

type AnyOptions = OptionValues<OptionSpecs>;

/** What one computation has at hand. Threads and memory of kernels are made once a process, by the first that asks. */
function contextOf(run: Run, threads: number, writers: TableWriter[], runtime: Runtime): StepContext {
  return {
    ...run,
    threads,
    get executor() {
      return runtime.executor();
    },
    status: runtime.status,
    startWork: () => endIfOnlyChecking(run),
    scratch: (work) => withScratch(run.dataDir, `.scratch_${run.step.id}`, work),
    writer: (schema) => {
      const writer = new TableWriter(run.dataDir, schema);
      writers.push(writer);
      return writer;
    },
  };
}

function productLine(step: Step, { manifest, modelRun }: Product, verb: string): string {
  const model = modelRun === null ? [] : [`model ${step.model} ${modelRun}`];
  const tables = (step.outputs ?? []).map(({ folder }, i) =>
    i === 0 ? `${folder} (${formatCount(manifest.rows)} rows)` : folder,
  );
  return `${verb}: ${[...tables, ...model].join(', ')}`;
}

async function tellSkipped(step: Step, run: Run, reason: string, tables: readonly Table[]): Promise<StepOutcome> {
  const isOurs = (manifest: Manifest): boolean => tables.every((table) => isMadeFrom(manifest, table));
  const kept = step.model === undefined ? '' : activeModelLine(run.modelsDir, step.model, isOurs);
  await showSkipped(step, run, reason);
  run.log.result(`Nothing to do, skipped: ${reason}.${kept}`);
  return 'skipped';
}

/** Says why a step is up to date or stale; nothing is computed. */
function explain(step: Step, run: Run, identity: Identity): StepOutcome {
  const name = step.part === undefined ? step.id : `${step.id}, ${step.part}`;
  if (step.isIncremental === true) {
    run.log.result(`${name}: it looks for new work itself, each time it runs.`);
    return 'done';
  }
  if (findProduct(step, run, identity) !== null) {
    run.log.result(`${name}: up to date; inputs, settings, code and engine are those that it was made with.`);
    return 'up to date';
  }
  const { tables, model } = findParts(step, run, identity);
  const missing = (step.outputs ?? [])
    .filter((_, i) => tables[i] === null)
    .map(({ folder }) => `${folder} has not been made`);
  const manifest = tables.find((table) => table !== null)?.manifest ?? model;
  const reasons = [
    ...missing,
    ...(manifest === null || manifest === undefined ? [] : explainDifference(manifest, identity)),
  ];
  if (reasons.length === 0)
    reasons.push(
      step.outputs === undefined ? 'no model was made from these inputs, settings, seed and code' : 'its model is gone',
    );
  run.log.result(`${name}: stale, it would run.`);
  for (const reason of reasons) run.log.result(`  ${reason}`);
  return 'done';
}

interface Computed {
  readonly result: StepResult<unknown>;
  readonly product: Product | null;
}

/** Computes and commits; what was written and is not committed is removed. */
async function compute(job: Job, context: (writers: TableWriter[]) => StepContext): Promise<Computed> {
  const { step, run, inputs, settings, identity } = job;
  const writers: TableWriter[] = [];
  try {
    const result = await step.compute(inputs, settings, context(writers));
    const isOurs = result.kind === 'made' && step.isIncremental !== true;
    const product = isOurs ? commitProduct(step, run, identity, result) : null;
    if (result.kind === 'made') result.onCommitted?.();
    return { result, product };
  } finally {
    for (const writer of writers) writer.abandon();
  }
}

interface Job {
  readonly step: Step;
  readonly run: Run;
  readonly inputs: OpenInputs<InputSpecs>;
  readonly settings: unknown;
  readonly identity: Identity;
}

/**
 * One step, or one part of a script, from lookup to show.
 */
export async function performStep(step: Step, run: Run, options: AnyOptions, runtime: Runtime): Promise<StepOutcome> {
  const inputs = openInputs(run.dataDir, step.inputs);
  if (isSkipped(inputs)) return await tellSkipped(step, run, inputs.reason, []);
  const tables = Object.values(inputs).filter((table) => table !== null);
  const settings = step.settings(options, inputs, run.log);
  const identity = identify(step, step.decisive?.(settings) ?? settings, run.seed, tables, run.code);
  if (options.explain === true) return explain(step, run, identity);
  const showing = { settings, fingerprint: identity.fingerprint, code: run.code };

  const known = run.force || step.isIncremental === true ? null : findProduct(step, run, identity);
  if (known !== null) {
    ensureActive(step, run, known);
    await show(step, run, { ...showing, facts: known.manifest.metrics, modelRun: known.modelRun, isNew: false });
    run.log.result(productLine(step, known, 'Up to date'));
    return 'up to date';
  }
  if (step.isIncremental !== true) endIfOnlyChecking(run);

  const lock = step.outputs?.[0]?.folder ?? step.model;
  const context = (writers: TableWriter[]): StepContext => contextOf(run, options.threads, writers, runtime);
  const work = (): Promise<Computed> => compute({ step, run, inputs, settings, identity }, context);
  const { result, product } = lock === undefined ? await work() : await withLock(run.dataDir, lock, work);
  if (result.kind === 'skipped') return await tellSkipped(step, run, result.reason, tables);
  const modelRun = product?.modelRun ?? null;
  const isNew = result.kind === 'made';
  await show(step, run, { ...showing, facts: encodeFacts(result.facts), modelRun, isNew });
  if (product !== null) run.log.result(productLine(step, product, 'Made'));
  return result.kind === 'made' ? 'done' : 'up to date';
}

/**
 * Runs a script of one step, or of several parts that follow each other; the first that is skipped ends it. Exit codes are
 * those of runCommand.
 */
export async function runStep(...steps: readonly Step[]): Promise<void> {
  const specs: OptionSpecs = Object.assign({}, EXPLAIN_OPTION, ...steps.map(({ options }) => options));
  await runScript(steps[0].id, specs, async (run, options) => {
    const runtime = await openRuntime(run, options);
    const outcomes: StepOutcome[] = [];
    for (const step of steps) {
      if (step.when?.(options) === false) continue;
      outcomes.push(await performStep(step, run, options, runtime));
      if (outcomes.includes('skipped')) break;
    }
    await runtime.close();
    if (outcomes.includes('skipped')) return 'skipped';
    return outcomes.includes('done') ? 'done' : 'up to date';
  });
}
