/**
 * What a step of the pipeline is: options, inputs, settings decided once, a computation, and a way to show its result.
 * run_step.ts looks it up, skips it or lets it compute, commits all that it made together, and shows it.
 */
import type { Block, ReportSection } from '../charts/section.ts';
import type { Executor } from '../kernels/executor.ts';
import type { DataFrame } from '../polars/polars.ts';
import type { ModelEntry } from '../registry/registry.ts';
import type { Log } from '../run/console.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import type { Run } from '../run/script.ts';
import type { StatusBoard } from '../status/board.ts';
import type { TableSchema } from '../tables/schema.ts';
import type { Table, TableWriter } from '../tables/table_store.ts';

/** A table that a step reads, and what is to be done when it is not there or holds nothing for the step. */
export interface InputSpec {
  readonly schema: TableSchema;
  /** The step is skipped when no row names a wallet. */
  readonly needsWallets?: true;
  /** The step is skipped when the table has not been made; without it that is an error. */
  readonly skipWithout?: true;
  /** The step does without the table when it has not been made: it is null. */
  readonly mayLack?: true;
}
export type InputSpecs = Readonly<Record<string, TableSchema | InputSpec>>;

export type OpenInputs<I extends InputSpecs> = {
  readonly [K in keyof I]: I[K] extends { readonly mayLack: true } ? Table | null : Table;
};

/** A table with wallets in it; where the data name none, as Kalshi's, the step is skipped. */
export function withWallets(schema: TableSchema): InputSpec {
  return { schema, needsWallets: true };
}

/** A table without which the step has nothing to do. */
export function orSkip(schema: TableSchema): InputSpec {
  return { schema, skipWithout: true };
}

/** A table that the step can do without. */
export function ifThere(schema: TableSchema) {
  return { schema, mayLack: true } as const satisfies InputSpec;
}

/** What a computation has at hand. */
export interface StepContext extends Run {
  readonly threads: number;
  /** Threads and memory for kernels, made when first asked for and kept for the process. */
  readonly executor: Executor;
  /** What a step that goes on says of itself while it runs (--status-port). */
  readonly status: StatusBoard;
  /** To be called by an incremental step once it has found work: with --check the step ends there. */
  startWork(): void;
  /** Lets work use a folder that is gone afterwards. */
  scratch<T>(work: (folder: string) => Promise<T>): Promise<T>;
  /** For a table that is made part by part; what is not committed is removed. */
  writer(schema: TableSchema): TableWriter;
}

/** A table made in one piece, or the writer that all its parts were added to. */
export type MadeTable = readonly [TableSchema, DataFrame] | TableWriter;

export interface Made<F> {
  readonly kind: 'made';
  readonly tables: readonly MadeTable[];
  readonly model?: ModelEntry;
  /** Everything that `present` needs and the tables do not hold. */
  readonly facts: F;
  /** Called once all is committed: for what the result was made of and nobody needs any longer. */
  readonly onCommitted?: () => void;
}

/** What a step that looks for new work itself has found: none. */
export interface Unchanged<F> {
  readonly kind: 'unchanged';
  readonly facts: F;
}

export interface Skipped {
  readonly kind: 'skipped';
  /** What is missing and why, without a full stop. */
  readonly reason: string;
}

export type StepResult<F> = Made<F> | Unchanged<F> | Skipped;

export function made<F>(result: Omit<Made<F>, 'kind' | 'tables'> & { tables?: readonly MadeTable[] }): Made<F> {
  return { kind: 'made', ...result, tables: result.tables ?? [] };
}

export function unchanged<F>(facts: F): Unchanged<F> {
  return { kind: 'unchanged', facts };
}

/** @param reason what is missing and why, without a full stop */
export function skipped(reason: string): Skipped {
  return { kind: 'skipped', reason };
}

/** Where a section stands in the report. */
export type SectionPlace = Pick<ReportSection, 'id' | 'order' | 'title'>;

/** How a result is shown: lines for the terminal, blocks for the report, further files beside it. */
export interface Presentation extends Partial<Pick<ReportSection, 'limits' | 'dataWindow'>> {
  readonly lines: readonly string[];
  readonly blocks?: readonly Block[];
  /** JSON or text by file name, below `reports/`. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** What `present` may look at besides the facts. */
export interface PresentView<C> {
  readonly settings: C;
  readonly dataDir: string;
  readonly modelsDir: string;
  /** Folder of the saved model, or null. */
  readonly modelFolder: string | null;
  /** A table of the step, made or read by it, that fits in memory. */
  read(schema: TableSchema): DataFrame;
  /** The same without its rows: manifest and parts. */
  open(schema: TableSchema): Table;
}

export interface StepDefinition<S extends OptionSpecs, I extends InputSpecs, C, F> {
  /** Its line in pipeline.ts. */
  readonly id: string;
  /** Where several definitions make up one script: what tells this one from the others. */
  readonly part?: string;
  /** Whether these options ask for it; default always. */
  readonly when?: (options: OptionValues<S>) => boolean;
  readonly options: S;
  readonly inputs: I;
  /** Tables that it makes. */
  readonly outputs?: readonly TableSchema[];
  /** Name of the model that it may make, in the registry. */
  readonly model?: string;
  readonly section?: SectionPlace;
  /** It finds out itself what is new, so it is always called; it calls `startWork` before it does anything. */
  readonly isIncremental?: true;
  /** Decided once, and checked here where a range does not do. They enter the fingerprint. */
  readonly settings: (options: OptionValues<S>, inputs: OpenInputs<I>, log: Log) => C;
  /** The part of the settings that decides the result, where it is not all of them. */
  readonly decisive?: (settings: C) => unknown;
  readonly compute: (inputs: OpenInputs<I>, settings: C, ctx: StepContext) => StepResult<F> | Promise<StepResult<F>>;
  /** Draws nothing new from the data: it is called again when only the way of showing has changed. */
  readonly present: (facts: F, view: PresentView<C>) => Presentation | Promise<Presentation>;
}

/** A definition whose own types nobody needs to know any more. */
export type Step = StepDefinition<OptionSpecs, InputSpecs, unknown, unknown>;

/** Ties the types of a definition together: options to settings, inputs and settings to the computation, facts to the show. */
export function defineStep<S extends OptionSpecs, const I extends InputSpecs, C, F>(
  definition: StepDefinition<S, I, C, F>,
): Step {
  return definition as unknown as Step;
}
