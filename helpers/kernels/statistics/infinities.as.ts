// Whether a chunk of numbers holds an infinity. Reference implementation: infinityChunk in infinities.ts.

/** Task = chunk of `nPerChunk` float32, a multiple of 16. `found[task]` becomes 1 where one of them is infinite. */
export function infinityChunk(task: i32, values: usize, n: i32, nPerChunk: i32, found: usize): void {
  const first = task * nPerChunk;
  const end = min(first + nPerChunk, n);
  const size = i32x4.splat(0x7fffffff);
  const infinity = i32x4.splat(0x7f800000);
  let any = i32x4.splat(0);
  let at = values + ((<usize>first) << 2);
  const last = values + ((<usize>end) << 2);
  for (; at + 64 <= last; at += 64) {
    const a = i32x4.eq(v128.and(v128.load(at), size), infinity);
    const b = i32x4.eq(v128.and(v128.load(at, 16), size), infinity);
    const c = i32x4.eq(v128.and(v128.load(at, 32), size), infinity);
    const d = i32x4.eq(v128.and(v128.load(at, 48), size), infinity);
    any = v128.or(any, v128.or(v128.or(a, b), v128.or(c, d)));
  }
  let isFound: bool = v128.any_true(any);
  for (; at < last; at += 4) isFound = isFound || abs(load<f32>(at)) >= Infinity;
  store<u8>(found + task, u8(isFound));
}
