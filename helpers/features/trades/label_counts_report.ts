/** How many fills have a label, and what the others lack, in one line. */
import { HOUR_MS } from '../../run/clock.ts';
import { formatCount } from '../../run/console.ts';
import type { Presentation, PresentView } from '../../step/contract.ts';
import { LABEL_STATES } from './future_prices.ts';
import type { LabelCounts } from './label_counts.ts';
import { formatTarget, type TargetSettings } from './targets.ts';

export function presentLabels(
  { counts }: { readonly counts: LabelCounts },
  { settings: { target, horizonMs } }: PresentView<TargetSettings>,
): Presentation {
  const others = LABEL_STATES.slice(1)
    .filter((name) => counts[name] > 0)
    .map((name) => `${formatCount(counts[name])} ${name}`);
  const rest = others.length === 0 ? '' : `; without one: ${others.join(', ')}`;
  const what = `${formatTarget(target)} after ${horizonMs / HOUR_MS} h`;
  return { lines: [`Labels (${what}): ${formatCount(counts.known)} known${rest}.`] };
}
