// K-means passes over a chunk of rows: assignment behind distance bounds, plain nearest centre, seeding, inertia.
// Reference implementations: kmeans_passes.ts. Every sum runs over the features in order and every row
// belongs to one fixed chunk, so the bits never depend on threads.
// Centres lie in lane blocks: block b holds centres 4b..4b+3, feature by feature, four float32 side by side.
// No scalar min, max or float select: V8 turns them into branches, which here are mispredicted half the time.

const UNASSIGNED: u32 = 0xffffffff;
/** Relative margin for one float32 rounding. */
const ULP: f32 = 1.2e-7;

/** v as a float32 that is not below it, so that a stored upper bound stays one. */
function up(v: f32): f32 {
  return v + abs(v) * ULP;
}

function down(v: f32): f32 {
  // Infinity minus a finite number stays Infinity.
  return v === Infinity ? v : v - abs(v) * ULP;
}

/** Squared distances of the row at `x` to the four centres of the block at `c`. */
function distancesToBlock(x: usize, c: usize, nCols: u32): v128 {
  let sum = f32x4.splat(0);
  for (let f: u32 = 0; f < nCols; f++) {
    const diff = f32x4.sub(v128.load32_splat(x + ((<usize>f) << 2)), v128.load(c + ((<usize>f) << 4)));
    sum = f32x4.add(sum, f32x4.mul(diff, diff));
  }
  return sum;
}

/** Squared distance of the row at `x` to the centre in `slot`, with the same operations as `distancesToBlock`. */
function distanceToSlot(x: usize, centres: usize, slot: u32, nCols: u32): f32 {
  const c = centres + ((<usize>(slot >> 2) * nCols) << 4) + ((slot & 3) << 2);
  let sum: f32 = 0;
  for (let f: u32 = 0; f < nCols; f++) {
    const diff = load<f32>(x + ((<usize>f) << 2)) - load<f32>(c + ((<usize>f) << 4));
    sum += diff * diff;
  }
  return sum;
}

/** Adds (or takes away) the row at `x` to the sums and count of `slot`. */
function moveRow(delta: usize, counts: usize, slot: u32, x: usize, nCols: u32, sign: f64): void {
  const into = delta + ((<usize>slot * nCols) << 3);
  for (let f: u32 = 0; f < nCols; f++) {
    const at = into + ((<usize>f) << 3);
    store<f64>(at, load<f64>(at) + sign * <f64>load<f32>(x + ((<usize>f) << 2)));
  }
  const at = counts + ((<usize>slot) << 3);
  store<f64>(at, load<f64>(at) + sign);
}

/**
 * The nearest centre of the group whose blocks begin at `c` (and `secondBlock` bytes on, unless 0): lane 0 its squared
 * distance, lane 1 that of the second nearest, lane 2 its slot.
 */
function nearestInGroup(x: usize, c: usize, nCols: u32, secondBlock: usize, firstSlot: u32): v128 {
  let firsts: v128;
  let seconds = f32x4.splat(Infinity);
  let slots = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(firstSlot));
  if (secondBlock === 0) {
    firsts = distancesToBlock(x, c, nCols);
  } else {
    // Both blocks in one loop: two chains of additions hide each other's latency.
    firsts = f32x4.splat(0);
    let four = firsts;
    for (let f: u32 = 0; f < nCols; f++) {
      const value = v128.load32_splat(x + ((<usize>f) << 2));
      const at = c + ((<usize>f) << 4);
      const a = f32x4.sub(value, v128.load(at));
      const b = f32x4.sub(value, v128.load(at + secondBlock));
      firsts = f32x4.add(firsts, f32x4.mul(a, a));
      four = f32x4.add(four, f32x4.mul(b, b));
    }
    seconds = f32x4.pmax(firsts, four);
    slots = i32x4.add(slots, v128.and(f32x4.lt(four, firsts), i32x4.splat(4)));
    firsts = f32x4.pmin(firsts, four);
  }
  // Of four lanes two, of two one; of equals the lower slot, which within a group is the lower centre.
  let others = v128.shuffle<f32>(firsts, firsts, 2, 3, 0, 1);
  let otherSlots = v128.shuffle<i32>(slots, slots, 2, 3, 0, 1);
  let isCloser = v128.or(f32x4.lt(others, firsts), v128.and(f32x4.eq(others, firsts), i32x4.lt_s(otherSlots, slots)));
  seconds = f32x4.pmin(
    f32x4.pmin(seconds, v128.shuffle<f32>(seconds, seconds, 2, 3, 0, 1)),
    f32x4.pmax(firsts, others),
  );
  firsts = f32x4.pmin(firsts, others);
  slots = v128.bitselect(otherSlots, slots, isCloser);
  others = v128.shuffle<f32>(firsts, firsts, 1, 0, 3, 2);
  otherSlots = v128.shuffle<i32>(slots, slots, 1, 0, 3, 2);
  isCloser = v128.or(f32x4.lt(others, firsts), v128.and(f32x4.eq(others, firsts), i32x4.lt_s(otherSlots, slots)));
  seconds = f32x4.pmin(
    f32x4.pmin(seconds, v128.shuffle<f32>(seconds, seconds, 1, 0, 3, 2)),
    f32x4.pmax(firsts, others),
  );
  firsts = f32x4.pmin(firsts, others);
  slots = v128.bitselect(otherSlots, slots, isCloser);
  const second = f32x4.extract_lane(seconds, 0);
  return v128.shuffle<f32>(f32x4.replace_lane(firsts, 1, second), slots, 0, 1, 4, 3);
}

/**
 * The nearest centre of the row at `x`: its slot in the low 32 bits, the bits of its squared distance in the high ones.
 * Writes the lower bounds of the groups that it looks at.
 */
function nearestSlot(
  x: usize,
  centres: usize,
  nCols: u32,
  groupShift: u32,
  slotRanks: usize,
  lowerRow: usize,
  groupDrift: usize,
  nBounds: u32,
  ownGroup: u32,
  slack: f32,
): u64 {
  const widen: f32 = 1 + slack;
  const narrow: f32 = 1 - slack;
  const groupBytes = (<usize>nCols) << (groupShift + 2);
  const secondBlock = groupShift === 3 ? (<usize>nCols) << 4 : 0;
  let best = UNASSIGNED;
  let bestRank = UNASSIGNED;
  let bestSquared: f32 = Infinity;
  // The row's own group first: it gives the distance that the other groups' bounds must beat.
  let pending: u32 = 1; // bits of the groups of four still to scan, starting at `base`
  let base = ownGroup;
  let next: u32 = 0; // first group whose bound was not looked at yet
  for (;;) {
    while (pending !== 0) {
      const group: u32 = base + ctz(pending);
      pending &= pending - 1;
      const nearest = nearestInGroup(x, centres + <usize>group * groupBytes, nCols, secondBlock, group << groupShift);
      const first = f32x4.extract_lane(nearest, 0);
      const slot = <u32>i32x4.extract_lane(nearest, 2);
      let bound = first;
      if (first <= bestSquared) {
        const rank = load<u32>(slotRanks + ((<usize>slot) << 2));
        if (first < bestSquared || rank < bestRank) {
          if (best !== UNASSIGNED) storeLower(lowerRow, groupDrift, best >> groupShift, bestSquared, narrow);
          best = slot;
          bestRank = rank;
          bestSquared = first;
          bound = f32x4.extract_lane(nearest, 1);
        }
      }
      storeLower(lowerRow, groupDrift, group, bound, narrow);
    }
    if (nBounds === 1 || next >= nBounds) break;
    const limit: f32 = sqrt<f32>(bestSquared) * widen * widen;
    pending = groupsBelow(lowerRow, groupDrift, next, limit);
    if (next === (ownGroup & ~3)) pending &= ~(1 << (ownGroup & 3));
    base = next;
    next += 4;
  }
  return ((<u64>reinterpret<u32>(bestSquared)) << 32) | <u64>best;
}

/**
 * One assignment pass: Yinyang bounds (Ding et al. 2015) with groups of 4 or 8 centres; with one group it is Hamerly's
 * algorithm (2010). Bounds are stored relative to the drift that the centres have added up, so that a row whose bounds
 * hold is read and not written. Adds to the task's own `deltas` what the moved rows change in the sums of each slot.
 */
export function kmeansAssign(
  task: u32,
  points: usize,
  nRows: u32,
  nCols: u32,
  chunk: u32,
  centres: usize,
  nSlots: u32,
  nSlotsPerGroup: u32, // 4 or 8
  slotRanks: usize, // u32[nSlots], the centre's own number: ties go to the lowest
  labels: usize, // u32[nRows], slots
  uppers: usize, // f32[nRows]
  lowers: usize, // f32[nRows * nBounds]
  nBounds: u32, // 1 for one group, else the groups rounded up to a multiple of 4, unused ones Infinity
  slotDrift: usize, // f32[nSlots], added up over the passes
  groupDrift: usize, // f32[nBounds], largest of the group's slots, added up
  halfGap: usize, // f32[nSlots], half the distance to the nearest other centre
  deltas: usize, // a task: f64[nSlots * (nCols + 1)], then the number of moved rows
  slack: f32, // relative rounding error of a float32 distance
): void {
  const deltaSize: u32 = nSlots * (nCols + 1) + 1;
  const delta = deltas + ((<usize>task * deltaSize) << 3);
  const counts = delta + ((<usize>nSlots * nCols) << 3);
  memory.fill(delta, 0, (<usize>deltaSize) << 3);
  const begin = task * chunk;
  const end = min(begin + chunk, nRows);
  const widen: f32 = 1 + slack;
  const groupShift: u32 = nSlotsPerGroup === 8 ? 3 : 2;
  const doesTighten = nSlots > 8;
  let nMoved: u32 = 0;

  for (let i = begin; i < end; i++) {
    const old = load<u32>(labels + ((<usize>i) << 2));
    const upperAt = uppers + ((<usize>i) << 2);
    const lowerRow = lowers + ((<usize>i * nBounds) << 2);
    const x = points + ((<usize>i * nCols) << 2);
    let ownGroup: u32 = 0;
    if (old !== UNASSIGNED) {
      const drift = load<f32>(slotDrift + ((<usize>old) << 2));
      const gap = load<f32>(halfGap + ((<usize>old) << 2));
      let limit = (load<f32>(upperAt) + drift) * widen;
      if (limit < gap || doBoundsHold(lowerRow, groupDrift, nBounds, limit)) continue;
      if (doesTighten) {
        const exact = sqrt<f32>(distanceToSlot(x, centres, old, nCols)) * widen;
        limit = exact * widen;
        if (limit < gap || doBoundsHold(lowerRow, groupDrift, nBounds, limit)) {
          store<f32>(upperAt, up(exact - drift));
          continue;
        }
      }
      ownGroup = old >> groupShift;
    }
    const found = nearestSlot(x, centres, nCols, groupShift, slotRanks, lowerRow, groupDrift, nBounds, ownGroup, slack);
    let best = <u32>found;
    const bestSquared = reinterpret<f32>(<u32>(found >> 32));
    if (best === UNASSIGNED) best = 0; // only NaN comes here; a wild address must not follow
    store<f32>(upperAt, up(sqrt<f32>(bestSquared) * widen - load<f32>(slotDrift + ((<usize>best) << 2))));
    if (best === old) continue;
    nMoved++;
    store<u32>(labels + ((<usize>i) << 2), best);
    moveRow(delta, counts, best, x, nCols, 1);
    if (old !== UNASSIGNED) moveRow(delta, counts, old, x, nCols, -1);
  }
  store<f64>(counts + ((<usize>nSlots) << 3), <f64>nMoved);
}

/** Bits of those of the four groups from `first` on that may hold a centre nearer than `limit`. */
function groupsBelow(lowerRow: usize, groupDrift: usize, first: u32, limit: f32): u32 {
  const at = (<usize>first) << 2;
  const bounds = f32x4.sub(v128.load(lowerRow + at), v128.load(groupDrift + at));
  return i32x4.bitmask(f32x4.le(bounds, f32x4.splat(limit)));
}

/** Whether no group can hold a centre nearer than `limit`. */
function doBoundsHold(lowerRow: usize, groupDrift: usize, nBounds: u32, limit: f32): bool {
  if (nBounds === 1) return load<f32>(lowerRow) - load<f32>(groupDrift) > limit;
  for (let g: u32 = 0; g < nBounds; g += 4) {
    if (groupsBelow(lowerRow, groupDrift, g, limit) !== 0) return false;
  }
  return true;
}

/** Stores a lower bound of the distance to a group, relative to the drift so far. */
function storeLower(lowerRow: usize, groupDrift: usize, group: u32, squared: f32, narrow: f32): void {
  const at = (<usize>group) << 2;
  store<f32>(lowerRow + at, down(sqrt<f32>(squared) * narrow + load<f32>(groupDrift + at)));
}

/** Nearest centre of each row of the task's chunk: its slot in `labels`, its squared distance in `distances`. */
export function kmeansNearest(
  task: u32,
  points: usize,
  nRows: u32,
  nCols: u32,
  chunk: u32,
  centres: usize,
  nSlots: u32,
  labels: usize, // u32[nRows]
  distances: usize, // f32[nRows]
): void {
  const begin = task * chunk;
  const end = min(begin + chunk, nRows);
  const lanes = i32x4(0, 1, 2, 3);
  for (let i = begin; i < end; i++) {
    const x = points + ((<usize>i * nCols) << 2);
    let nearest = f32x4.splat(Infinity);
    let slots = i32x4.splat(0);
    for (let b: u32 = 0; b < nSlots >> 2; b++) {
      const four = distancesToBlock(x, centres + ((<usize>b * nCols) << 4), nCols);
      const closer = f32x4.lt(four, nearest);
      nearest = v128.bitselect(four, nearest, closer);
      slots = v128.bitselect(i32x4.add(lanes, i32x4.splat(b << 2)), slots, closer);
    }
    let best: f32 = f32x4.extract_lane(nearest, 0);
    let slot: u32 = i32x4.extract_lane(slots, 0);
    for (let lane = 1; lane < 4; lane++) {
      nearest = v128.shuffle<f32>(nearest, nearest, 1, 2, 3, 0);
      slots = v128.shuffle<i32>(slots, slots, 1, 2, 3, 0);
      const s = f32x4.extract_lane(nearest, 0);
      const candidate = <u32>i32x4.extract_lane(slots, 0);
      if (s < best || (s === best && candidate < slot)) {
        best = s;
        slot = candidate;
      }
    }
    store<u32>(labels + ((<usize>i) << 2), slot);
    store<f32>(distances + ((<usize>i) << 2), best);
  }
}

/**
 * What the start of k-means asks of four candidate centres (one lane block): the sum over the chunk of
 * min(squared distance to the chosen centres, squared distance to the candidate), four float64 a task.
 */
export function kmeansCandidates(
  task: u32,
  points: usize,
  nRows: u32,
  nCols: u32,
  chunk: u32,
  candidates: usize, // one lane block
  closest: usize, // f32[nRows], squared distance to the nearest chosen centre
  potentials: usize, // f64[4] a task
): void {
  const begin = task * chunk;
  const end = min(begin + chunk, nRows);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = begin; i < end; i++) {
    const four = f32x4.min(
      v128.load32_splat(closest + ((<usize>i) << 2)),
      distancesToBlock(points + ((<usize>i * nCols) << 2), candidates, nCols),
    );
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3)));
  }
  v128.store(potentials + ((<usize>task) << 5), low);
  v128.store(potentials + ((<usize>task) << 5), high, 16);
}

/** Takes the candidate of `lane` as a centre: lowers `closest` and returns the chunk's sum of it in `sums`. */
export function kmeansTake(
  task: u32,
  points: usize,
  nRows: u32,
  nCols: u32,
  chunk: u32,
  candidates: usize,
  lane: u32,
  closest: usize,
  sums: usize, // f64 a task
): void {
  const begin = task * chunk;
  const end = min(begin + chunk, nRows);
  let sum: f64 = 0;
  for (let i = begin; i < end; i++) {
    const at = closest + ((<usize>i) << 2);
    const s = min(load<f32>(at), distanceToSlot(points + ((<usize>i * nCols) << 2), candidates, lane, nCols));
    store<f32>(at, s);
    sum += <f64>s;
  }
  store<f64>(sums + ((<usize>task) << 3), sum);
}

/** Sum over the chunk of the squared distance of each row to the centre of its label, in float64. */
export function kmeansInertia(
  task: u32,
  points: usize,
  nRows: u32,
  nCols: u32,
  chunk: u32,
  centres: usize, // f32[nCentres * nCols], row-major
  labels: usize, // u32[nRows], centre numbers
  sums: usize, // f64 a task
): void {
  const begin = task * chunk;
  const end = min(begin + chunk, nRows);
  let sum: f64 = 0;
  for (let i = begin; i < end; i++) {
    const x = points + ((<usize>i * nCols) << 2);
    const c = centres + ((<usize>load<u32>(labels + ((<usize>i) << 2)) * nCols) << 2);
    for (let f: u32 = 0; f < nCols; f++) {
      const diff = <f64>load<f32>(x + (f << 2)) - <f64>load<f32>(c + (f << 2));
      sum += diff * diff;
    }
  }
  store<f64>(sums + ((<usize>task) << 3), sum);
}
