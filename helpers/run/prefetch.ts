/** Work on one thing while the next is being read. */

/** The values of `source` in their order, each asked for while the caller still works on the one before it. */
export async function* prefetch<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<T>> => {
    const asked = iterator.next();
    // Heard when its turn comes; until then nobody listens, which would end the process.
    asked.catch(() => undefined);
    return asked;
  };
  let coming = next();
  try {
    for (;;) {
      const { done, value } = await coming;
      if (done === true) return;
      coming = next();
      yield value;
    }
  } finally {
    await coming.catch(() => undefined);
    await iterator.return?.();
  }
}
