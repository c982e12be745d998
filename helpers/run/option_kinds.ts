/** The options of scripts in short: a default, what it is, and what it may be. */
import type { OptionSpecs } from './options.ts';
import type { Range } from './ranges.ts';

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
