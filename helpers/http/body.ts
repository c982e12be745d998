/** Reads an answer's body up to a limit. */

/** A body that is larger than it may be. */
export class BodyTooLarge extends Error {}

/**
 * The text of an answer (UTF-8).
 * @param maxBytes counted after decompression
 * @throws BodyTooLarge as soon as it is known; the rest is not read
 */
export async function readBody(response: Response, maxBytes: number): Promise<string> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (response.body === null) return '';
  if (declared > maxBytes) {
    await response.body.cancel();
    throw new BodyTooLarge();
  }
  const parts: Uint8Array[] = [];
  let nBytes = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    nBytes += part.length;
    // Leaving the loop cancels the stream.
    if (nBytes > maxBytes) throw new BodyTooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
