/** Preconditions shared by the metrics: a broken one is a caller's bug and stops with a plain error that names the argument. */

type Numbers = ArrayLike<number>;

/** Throws unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both arrays have the same length. */
export function checkSameLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>, names: string): void {
  check(a.length === b.length, `${names} must have the same length: ${a.length} and ${b.length}`);
}

/** Throws unless every value is finite. */
export function checkFinite(values: Numbers, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new Error(`${name}[${i}] must be a finite number, got ${values[i]}`);
  }
}

/** Throws unless every value is 0 or 1. */
export function checkBinary(labels: Numbers, name: string): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) throw new Error(`${name}[${i}] must be 0 or 1, got ${labels[i]}`);
  }
}

/** Throws unless every value is a probability. */
export function checkProbabilities(values: Numbers, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] >= 0 && values[i] <= 1)) throw new Error(`${name}[${i}] must lie in [0, 1], got ${values[i]}`);
  }
}

/** Throws unless every value is an integer in [0, limit). */
export function checkIndices(values: Numbers, limit: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(Number.isInteger(value) && value >= 0 && value < limit)) {
      throw new Error(`${name}[${i}] must be an integer in [0, ${limit}), got ${value}`);
    }
  }
}
