/** Puts centres into groups of near ones and lays them out in blocks of four for SIMD. */
import type { Executor } from '../executor.ts';
import type { Matrix } from '../matrix.ts';

export interface CentreSlots {
  /** Slots including padding: nGroups * nSlotsPerGroup. */
  readonly nSlots: number;
  readonly nGroups: number;
  readonly nSlotsPerGroup: 4 | 8;
  /** The centre in each slot, 0xffffffff for padding. */
  readonly slotRanks: Uint32Array;
  /** The slot of each centre. */
  readonly centreSlots: Uint32Array;
  /** Lane blocks: block b holds slots 4b..4b+3 feature by feature; padding is Infinity. */
  readonly values: Float32Array;
}

/**
 * Slots for the centres. Up to 8 centres make one group (Hamerly's bounds), more make groups of 4 or 8 neighbours
 * (Yinyang's): a far remaining centre and those nearest to it, again and again. With `areOrdered` slot = centre.
 */
export function layOutCentres(
  executor: Executor,
  centres: Matrix,
  nSlotsPerGroup: 4 | 8 = centres.nRows <= 4 ? 4 : 8,
  areOrdered = false,
): CentreSlots {
  const groups = areOrdered ? cutInOrder(centres.nRows, nSlotsPerGroup) : groupCentres(centres, nSlotsPerGroup);
  const nSlots = groups.length * nSlotsPerGroup;
  const slots: CentreSlots = {
    nSlots,
    nGroups: groups.length,
    nSlotsPerGroup,
    slotRanks: executor.uint32(nSlots).fill(0xffffffff),
    centreSlots: executor.uint32(centres.nRows),
    values: executor.float32(nSlots * centres.nCols).fill(Number.POSITIVE_INFINITY),
  };
  groups.forEach((group, g) => {
    group.forEach((centre, position) => {
      slots.slotRanks[g * nSlotsPerGroup + position] = centre;
      slots.centreSlots[centre] = g * nSlotsPerGroup + position;
    });
  });
  writeCentres(slots, centres);
  return slots;
}

function cutInOrder(k: number, nPerGroup: number): number[][] {
  const nGroups = Math.ceil(k / nPerGroup);
  return Array.from({ length: nGroups }, (_, g) =>
    Array.from({ length: Math.min(nPerGroup, k - g * nPerGroup) }, (_, position) => g * nPerGroup + position),
  );
}

/** Copies the centres' values into their slots. */
export function writeCentres(slots: CentreSlots, centres: Matrix): void {
  const { nCols } = centres;
  for (let centre = 0; centre < centres.nRows; centre++) {
    const slot = slots.centreSlots[centre];
    const at = (slot >> 2) * nCols * 4 + (slot & 3);
    for (let f = 0; f < nCols; f++) slots.values[at + f * 4] = centres.values[centre * nCols + f];
  }
}

function groupCentres(centres: Matrix, nPerGroup: number): number[][] {
  const remaining = Array.from({ length: centres.nRows }, (_, c) => c);
  if (centres.nRows <= nPerGroup) return [remaining];
  const groups: number[][] = [];
  let seed = 0;
  while (remaining.length > 0) {
    const byDistance = remaining
      .map((centre) => ({ centre, distance: distanceBetween(centres, seed, centre) }))
      .sort((a, b) => a.distance - b.distance || a.centre - b.centre);
    // From the seed's far end, so that the last groups are not made of scattered leftovers.
    const start = byDistance[byDistance.length - 1].centre;
    const members = remaining
      .map((centre) => ({ centre, distance: distanceBetween(centres, start, centre) }))
      .sort((a, b) => a.distance - b.distance || a.centre - b.centre)
      .slice(0, nPerGroup)
      .map((entry) => entry.centre)
      // In their own order: of equally near centres of a group the first slot wins.
      .sort((a, b) => a - b);
    groups.push(members);
    for (const member of members) remaining.splice(remaining.indexOf(member), 1);
    seed = start;
  }
  return groups;
}

/** Euclidean distance between two centres. */
export function distanceBetween(centres: Matrix, a: number, b: number): number {
  const { values, nCols } = centres;
  let sum = 0;
  for (let f = 0; f < nCols; f++) sum += (values[a * nCols + f] - values[b * nCols + f]) ** 2;
  return Math.sqrt(sum);
}
