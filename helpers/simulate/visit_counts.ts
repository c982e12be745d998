/** How many fills visitors make: one by one, and in all. */
import type { Random } from '../kernels/random.ts';
import { MODEL } from './model.ts';
import type { SimulateOptions } from './options.ts';

/** Fills of one visitor: one, or two and a geometric number more. */
export function drawVisits(random: Random): number {
  const { onceShare, moreFillsMean, fillsMax } = MODEL.visitors;
  if (random.uniform() < onceShare) return 1;
  const more = Math.floor(Math.log(1 - random.uniform()) / Math.log(moreFillsMean / (1 + moreFillsMean)));
  return Math.min(fillsMax, 2 + more);
}

/** Fills that all visitors of a run may make; those whom they meet make somewhat more. */
export function visitsMax({ nTrades }: SimulateOptions): number {
  return nTrades * MODEL.visitors.fillShareMax;
}

/** Fills that `nVisitors` make in all, about. */
export function expectedVisits(nVisitors: number, options: SimulateOptions): number {
  const { onceShare, moreFillsMean } = MODEL.visitors;
  return Math.min(visitsMax(options), nVisitors * (onceShare + (1 - onceShare) * (2 + moreFillsMean)));
}
