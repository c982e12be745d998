// Approximate nearest neighbours: the best of the leaf mates in random-projection trees, then of neighbours' neighbours.
// Reference implementations: approximate_neighbours.ts.

import { freeScratch, takeScratch } from '../tsne/tsne_fields_passes.as';
import { sink } from './neighbours.as';

/** Squared distance of two rows of `width` float32, width a multiple of 4. */
function squaredDistance(a: usize, b: usize, width: u32): f32 {
  let sum = f32x4.splat(0);
  for (let f: u32 = 0; f < width; f += 4) {
    const at = (<usize>f) << 2;
    const gap = f32x4.sub(v128.load(a + at), v128.load(b + at));
    sum = f32x4.add(sum, f32x4.mul(gap, gap));
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/** Puts row `j` into the heap of row `i` when it was not looked at before and is among the k nearest so far. */
function offer(i: u32, j: u32, points: usize, width: u32, marks: usize, heap: usize, heapRows: usize, k: u32): void {
  const mark = marks + ((<usize>j) << 2);
  if (load<u32>(mark) === i + 1) return;
  store<u32>(mark, i + 1);
  const row = (<usize>width) << 2;
  const distance = squaredDistance(points + <usize>i * row, points + <usize>j * row, width);
  const limit = load<f32>(heap);
  if (distance > limit || (distance === limit && j > load<u32>(heapRows))) return;
  sink(heap, heapRows, k, distance, j);
}

function clearHeap(heap: usize, heapRows: usize, k: u32): void {
  for (let j: u32 = 0; j < k; j++) {
    store<f32>(heap + (j << 2), Infinity);
    store<u32>(heapRows + (j << 2), 0xffffffff);
  }
}

/** Turns the heap, farthest first, into a list, nearest first. */
function sortHeap(heap: usize, heapRows: usize, k: u32): void {
  for (let size = k - 1; size > 0; size--) {
    const distance = load<f32>(heap + (size << 2));
    const row = load<u32>(heapRows + (size << 2));
    store<f32>(heap + (size << 2), load<f32>(heap));
    store<u32>(heapRows + (size << 2), load<u32>(heapRows));
    sink(heap, heapRows, size, distance, row);
  }
}

/** Task = chunk of rows: the k nearest among the rows that share a leaf with it in one of the trees. */
export function nearestLeafMates(
  task: u32,
  points: usize, // f32[nRows * width], columns padded with 0
  nRows: u32,
  width: u32,
  chunk: u32,
  orders: usize, // u32[nTrees * nRows]: rows leaf by leaf
  leafStarts: usize, // u32[nTrees * nRows]: first position of the row's leaf
  leafEnds: usize, // u32[nTrees * nRows]
  nTrees: u32,
  k: u32,
  marks: usize, // u32[nThreads * nRows], zeroed
  slots: usize,
  rows: usize, // u32[nRows * k]
  distances: usize, // f32[nRows * k]
): void {
  const slot = takeScratch(slots);
  const own = marks + ((<usize>slot * nRows) << 2);
  const end = min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    const heap = distances + ((<usize>i * k) << 2);
    const heapRows = rows + ((<usize>i * k) << 2);
    clearHeap(heap, heapRows, k);
    store<u32>(own + ((<usize>i) << 2), i + 1);
    for (let tree: u32 = 0; tree < nTrees; tree++) {
      const at = (<usize>tree * nRows + i) << 2;
      const order = orders + ((<usize>tree * nRows) << 2);
      const last = load<u32>(leafEnds + at);
      for (let p = load<u32>(leafStarts + at); p < last; p++) {
        offer(i, load<u32>(order + ((<usize>p) << 2)), points, width, own, heap, heapRows, k);
      }
    }
    sortHeap(heap, heapRows, k);
  }
  freeScratch(slots, slot);
}

/** Task = chunk of rows: the k nearest among its neighbours and the `reach` nearest of its `reach` nearest neighbours. */
export function nearestOfNeighbours(
  task: u32,
  points: usize,
  nRows: u32,
  width: u32,
  chunk: u32,
  formerRows: usize, // u32[nRows * k], nearest first
  reach: u32,
  k: u32,
  marks: usize,
  slots: usize,
  rows: usize,
  distances: usize,
): void {
  const slot = takeScratch(slots);
  const own = marks + ((<usize>slot * nRows) << 2);
  const end = min((task + 1) * chunk, nRows);
  for (let i = task * chunk; i < end; i++) {
    const heap = distances + ((<usize>i * k) << 2);
    const heapRows = rows + ((<usize>i * k) << 2);
    clearHeap(heap, heapRows, k);
    store<u32>(own + ((<usize>i) << 2), i + 1);
    const former = formerRows + ((<usize>i * k) << 2);
    for (let a: u32 = 0; a < k; a++) {
      offer(i, load<u32>(former + (a << 2)), points, width, own, heap, heapRows, k);
    }
    for (let a: u32 = 0; a < reach; a++) {
      const next = formerRows + ((<usize>load<u32>(former + (a << 2)) * k) << 2);
      for (let b: u32 = 0; b < reach; b++) {
        offer(i, load<u32>(next + (b << 2)), points, width, own, heap, heapRows, k);
      }
    }
    sortHeap(heap, heapRows, k);
  }
  freeScratch(slots, slot);
}
