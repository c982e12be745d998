/** What a training set was sampled from, in lines. */
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { ARCHETYPES, TARGETS } from './archetypes.ts';
import type { TrainingSetFacts, Whale } from './training_sets.ts';

export function presentTrainingSet(
  { counts, nUnnamed }: TrainingSetFacts,
  { settings: { whale } }: PresentView<{ readonly whale: Whale }>,
): Presentation {
  const rows = counts.map(({ target, available, taken }) => [
    ARCHETYPES.find((name) => TARGETS[name] === target)!,
    target,
    formatCount(available),
    formatCount(taken),
    (available / taken).toFixed(2),
  ]);
  const hasWhales = counts.some(({ target }) => target === TARGETS[whale]);
  return {
    lines: [
      formatTable(['archetype', 'target', 'available', 'taken', 'weight'], rows),
      ...(nUnnamed === 0
        ? []
        : [`Left out: ${formatCount(nUnnamed)} unnamed wallets (no win rate, or no rule fits their cluster).`]),
      ...(hasWhales ? [] : [`No wallet is ${whale}: a classifier has nothing to find here.`]),
    ],
  };
}
