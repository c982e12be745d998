/** What a step has found out, as JSON that loses nothing: `present` gets the same values when it runs a year later. */

const NUMBER_KEY = '$number';

/** A value as JSON can hold it: NaN and infinity are spelt out, typed arrays become arrays. */
export function encodeFacts(facts: unknown): Record<string, unknown> {
  const text = JSON.stringify(facts ?? {}, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { [NUMBER_KEY]: String(value) };
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as number[]);
    return value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}

/** The value that encodeFacts was given, with arrays in place of typed arrays. */
export function decodeFacts<F>(encoded: unknown): F {
  return JSON.parse(JSON.stringify(encoded), (_, value: unknown) => {
    const isNumber = typeof value === 'object' && value !== null && NUMBER_KEY in value;
    return isNumber ? Number(value[NUMBER_KEY]) : value;
  }) as F;
}
