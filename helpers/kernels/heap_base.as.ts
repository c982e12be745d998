// Where the caller may put its data: the first byte after the module's own constants.

/** First free byte of the memory; the arena of helpers/parallel starts here. */
export function heapBase(): usize {
  return __heap_base;
}
