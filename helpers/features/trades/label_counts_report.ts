/** How many fills have a label, and what the others lack, in one line. */
import { HOUR_MS } from '../../run/clock.ts';
import { formatCount } from '../../run/console.ts';
import type { Presentation, PresentView } from '../../step/contract.ts';
import type { LabelState } from './future_prices.ts';
import type { LabelCounts } from './label_counts.ts';
import { formatTarget, type TargetSettings } from './targets.ts';

const WHY_NONE: Readonly<Record<Exclude<LabelState, 'known'>, string>> = {
  'after the resolution': 'after the resolution',
  'void market': 'in void markets',
  'horizon beyond the data': 'whose horizon ends after the data',
  'no later trade within the horizon': 'with no later trade within the horizon',
  'price 0 or 1': 'at a price of 0 or 1',
};

export function presentLabels(
  { counts }: { readonly counts: LabelCounts },
  { settings: { target, horizonMs } }: PresentView<TargetSettings>,
): Presentation {
  const others = (Object.keys(WHY_NONE) as (keyof typeof WHY_NONE)[])
    .filter((name) => counts[name] > 0)
    .map((name) => `${formatCount(counts[name])} ${WHY_NONE[name]}`);
  const rest = others.length === 0 ? '' : `; without one: ${others.join(', ')}`;
  const what = `${formatTarget(target)} after ${horizonMs / HOUR_MS} h`;
  return { lines: [`Labels (${what}): ${formatCount(counts.known)} known${rest}.`] };
}
