// Resolves all bets of a wallet anew, many times, and counts the draws that pay at least what was observed.
// Reference implementation: outcomeDraws in outcome_draws.ts.

/** 2^32 divided by the golden ratio: the step of splitmix32. */
const GOLDEN: u32 = 0x9e3779b9;

/**
 * Task = wallet; see outcome_draws.ts for the arguments. Eight draws at a time, each with a generator of its own: two vectors, as
 * the steps of one wait for each other.
 */
export function outcomeDraws(
  task: i32,
  starts: usize,
  thresholds: usize,
  weights: usize,
  observed: usize,
  keys: usize,
  seed: u32,
  nDraws: u32,
  counts: usize,
): void {
  const at = (<usize>task) << 2;
  const first = (<usize>load<u32>(starts + at)) << 2;
  const end = (<usize>load<u32>(starts + at, 4)) << 2;
  const least = i32x4.splat(load<i32>(observed + at));
  const state: u32 = seed ^ (load<u32>(keys + at) * 0x9e3779b1);
  let a = words(state, 1);
  let b = words(state, 2);
  let c = words(state, 3);
  let d = words(state, 4);
  let e = words(state, 17);
  let f = words(state, 18);
  let g = words(state, 19);
  let h = words(state, 20);
  let nReached = i32x4.splat(0);
  for (let draw: u32 = 0; draw < nDraws; draw += 8) {
    let sum = i32x4.splat(0);
    let other = sum;
    for (let i = first; i < end; i += 4) {
      const threshold = v128.load32_splat(thresholds + i);
      const weight = v128.load32_splat(weights + i);
      // xoshiro128+ (Blackman & Vigna 2018).
      sum = i32x4.add(sum, v128.and(i32x4.lt_u(i32x4.add(a, d), threshold), weight));
      other = i32x4.add(other, v128.and(i32x4.lt_u(i32x4.add(e, h), threshold), weight));
      const t = i32x4.shl(b, 9);
      const u = i32x4.shl(f, 9);
      c = v128.xor(c, a);
      g = v128.xor(g, e);
      d = v128.xor(d, b);
      h = v128.xor(h, f);
      b = v128.xor(b, c);
      f = v128.xor(f, g);
      a = v128.xor(a, d);
      e = v128.xor(e, h);
      c = v128.xor(c, t);
      g = v128.xor(g, u);
      d = v128.or(i32x4.shl(d, 11), i32x4.shr_u(d, 21));
      h = v128.or(i32x4.shl(h, 11), i32x4.shr_u(h, 21));
    }
    nReached = i32x4.sub(nReached, i32x4.ge_s(sum, least));
    nReached = i32x4.sub(nReached, i32x4.ge_s(other, least));
  }
  const n =
    i32x4.extract_lane(nReached, 0) +
    i32x4.extract_lane(nReached, 1) +
    i32x4.extract_lane(nReached, 2) +
    i32x4.extract_lane(nReached, 3);
  store<u32>(counts + at, n);
}

/** Words `k`, `k` + 4, `k` + 8 and `k` + 12 of splitmix32. */
function words(state: u32, k: u32): v128 {
  const vector = i32x4.splat(mixed(state + k * GOLDEN));
  const second = i32x4.replace_lane(vector, 1, mixed(state + (k + 4) * GOLDEN));
  const third = i32x4.replace_lane(second, 2, mixed(state + (k + 8) * GOLDEN));
  return i32x4.replace_lane(third, 3, mixed(state + (k + 12) * GOLDEN));
}

/** The finalizer of splitmix32. */
function mixed(state: u32): u32 {
  let z = state ^ (state >> 16);
  z *= 0x21f0aaad;
  z ^= z >> 15;
  z *= 0x735a2d97;
  return z ^ (z >> 15);
}
