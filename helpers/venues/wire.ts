/** Wire schemas of JSON rows: what each format promises, checked with zod at the edge. Keys beyond it are left out. */
import { z } from 'zod';
import type { Adapter } from './adapter.ts';

export type WireSchema = z.ZodType<Record<string, unknown>>;

/** Text that must be there; it may be empty. */
export const wireText = z.string();
/** Text that may be missing. */
export const wireTextMaybe = z.string().nullish();
/** A number or its text, which must be there; whether the text is a number is told later, row by row. */
export const wireNumber = z.union([z.number(), z.string()]);
export const wireNumberMaybe = wireNumber.nullish();
export const wireFlagMaybe = z.union([z.boolean(), z.string()]).nullish();
/** A list, or a list hidden in a string of JSON, as Gamma writes it. */
export const wireList = z.union([z.string(), z.array(z.union([z.string(), z.number()]))]);

const anyValue = z.union([z.string(), z.number(), z.boolean()]);

/** The schema of a format's rows. Formats that come as CSV or Parquet have none of their own: any plain value may be there. */
export function wireSchemaOf(adapter: Adapter): WireSchema {
  if (adapter.wire !== undefined) return adapter.wire;
  return z.object({
    ...Object.fromEntries(adapter.required.map((name) => [name, anyValue.nullable()])),
    ...Object.fromEntries(adapter.optional.map((name) => [name, anyValue.nullish()])),
  });
}

/** Why a row was refused, naming its key; few different answers, as they are counted. */
export function rowErrorOf(row: Readonly<Record<string, unknown>>, error: z.ZodError): string {
  const key = String(error.issues[0].path[0] ?? 'row');
  const value = row[key];
  if (value === undefined || value === null) return `no ${key}`;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return `${key} is a number that has lost digits`;
  return `bad ${key}`;
}
