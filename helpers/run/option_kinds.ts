/** The options of scripts in short: a default, what it is, and what it may be. */
import type { Options } from 'yargs';
import type { Range } from './ranges.ts';

/** What yargs knows of an option, and what is checked of its value besides. */
type OptionSpec = Options & {
  readonly range?: Range;
  /** The option has an effect only where one of these has this value; true also stands for any value given. */
  readonly onlyWith?: Readonly<Record<string, string | true>>;
  /** Options that have no effect beside this one. */
  readonly excludes?: readonly string[];
  /** What the option was called in the last version: still read, with one warning. */
  readonly formerName?: string;
};
export type OptionSpecs = Record<string, OptionSpec>;

export const option = {
  number: (value: number, describe: string, range?: Range) =>
    ({ type: 'number', default: value, describe, range }) as const,
  text: (value: string, describe: string) => ({ type: 'string', default: value, describe }) as const,
  flag: (describe: string) => ({ type: 'boolean', default: false, describe }) as const,
  choice: <const T extends string>(choices: readonly T[], value: NoInfer<T>, describe: string) => ({
    choices,
    default: value as T,
    describe,
  }),
};

/** Options under one heading of --help. */
export function inGroup<const S extends OptionSpecs>(group: string, specs: S) {
  const entries = Object.entries(specs).map(([name, spec]) => [name, { ...spec, group }]);
  return Object.fromEntries(entries) as { readonly [N in keyof S]: S[N] & { readonly group: string } };
}
