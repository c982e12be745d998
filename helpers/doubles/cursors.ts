/** Cursors as services make them: opaque text that holds a position. */

export function cursorOf(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position in a cursor, or null when it is no cursor of ours. */
export function positionOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** A whole number of the query between 1 and `max`, which larger ones are clamped to. */
export function limitOf(text: string | null, fallback: number, max: number): number {
  const limit = Number(text ?? fallback);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, max) : fallback;
}
