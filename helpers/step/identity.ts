/** What decides the result of a step, how that becomes its fingerprint, and what differs from when a result was made. */
import { createExecutor } from '../parallel/executor.ts';
import type { StepCode } from '../run/code.ts';
import { formatCount } from '../run/console.ts';
import { hashValue } from '../run/files.ts';
import type { Manifest, ManifestInput } from '../run/manifest.ts';
import { manifestInputs } from '../tables/made_from.ts';
import { schemaHash } from '../tables/schema.ts';
import type { Table } from '../tables/table_store.ts';
import type { Step } from './contract.ts';
import { encodeFacts } from './facts.ts';

/** Changed files that are named one by one. */
const FILES_NAMED_MAX = 12;

export interface Identity {
  readonly fingerprint: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly inputs: readonly ManifestInput[];
  readonly code: StepCode;
  /** What runs the kernels; null where the step has none. */
  readonly engine: string | null;
}

/** What runs kernels in this process. Threads do not matter: the bytes are the same for any number. */
function kernelEngine(): string {
  const executor = createExecutor({ nThreads: 1 });
  executor.close();
  return executor.engine;
}

/** @param decisive the settings that decide the result */
export function identify(
  step: Step,
  decisive: unknown,
  seed: number,
  tables: readonly Table[],
  code: StepCode,
): Identity {
  const settings = encodeFacts(decisive);
  const inputs = manifestInputs(tables);
  const engine = code.hasKernels ? kernelEngine() : null;
  const schemas = (step.outputs ?? []).map(schemaHash);
  const contents = inputs.map(({ path, sha256 }) => [path, sha256]);
  const name = [step.id, step.part ?? null];
  return {
    fingerprint: hashValue([name, schemas, contents, settings, seed, code.hash, engine]),
    settings,
    seed,
    inputs,
    code,
    engine,
  };
}

/** Names with different values in two records. */
function differing(before: Readonly<Record<string, unknown>>, now: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
}

function inputLines(before: readonly ManifestInput[], now: readonly ManifestInput[]): string[] {
  return now.flatMap(({ path, sha256, rows }) => {
    const then = before.find((input) => input.path === path);
    if (then === undefined) return [`input ${path} is new`];
    if (then.sha256 === sha256) return [];
    return [`input ${path} has changed: ${formatCount(then.rows)} rows then, ${formatCount(rows)} now`];
  });
}

function codeLines(before: Manifest['code'], now: StepCode): string[] {
  if (before.hash === now.hash) return [];
  if (Object.keys(before.files).length === 0) return ['code has changed; the manifest does not say which file'];
  const files = differing(before.files, now.files);
  const fate = (file: string): string =>
    !(file in now.files) ? 'no longer used' : file in before.files ? 'changed' : 'newly used';
  const named = files.slice(0, FILES_NAMED_MAX).map((file) => `code: ${file} ${fate(file)}`);
  const nMore = files.length - named.length;
  return nMore > 0 ? [...named, `code: ${nMore} more files`] : named;
}

/** What differs between now and when a result was made, a line each; none when it would come out the same. */
export function explainDifference({ options, seed, inputs, code, engine }: Manifest, now: Identity): string[] {
  const value = (of: unknown): string => (of === undefined ? 'none' : JSON.stringify(of));
  return [
    ...inputLines(inputs, now.inputs),
    ...differing(options, now.settings).map(
      (name) => `setting ${name}: ${value(options[name])} then, ${value(now.settings[name])} now`,
    ),
    ...(seed === now.seed ? [] : [`seed: ${seed} then, ${now.seed} now`]),
    ...codeLines(code, now.code),
    ...(engine === now.engine ? [] : [`engine of the kernels: ${engine ?? 'none'} then, ${now.engine ?? 'none'} now`]),
  ];
}
