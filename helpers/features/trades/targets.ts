/**
 * What "it paid" means for a followed fill. Following a BUY of outcome k is buying k at its price; following a SELL of k is
 * buying the other outcome at 1 − price, so that every row is a purchase and no row a short sale.
 */
import { HOUR_MS } from '../../run/clock.ts';
import { inGroup, option } from '../../run/option_kinds.ts';
import type { OptionValues } from '../../run/options.ts';

export const TARGETS = ['roi', 'cents', 'neutral'] as const;
export type TargetKind = (typeof TARGETS)[number];

export interface Target {
  readonly kind: TargetKind;
  /** What the gain must exceed: a share of the price (roi), USD per share (cents), or standard deviations (neutral). */
  readonly threshold: number;
}

const GROUP = 'What pays';

export const TARGET_OPTIONS = inGroup(GROUP, {
  horizon: option.number(6, 'from the fill to the price it is evaluated by, hours', {
    from: 0.0003,
    to: 24 * 3650,
    unit: 'hours',
  }),
  target: option.choice(
    TARGETS,
    'roi',
    'gain as roi (over the price paid), cents (a share) or neutral (over √(p(1−p)), the same risk at any price)',
  ),
  'roi-min': {
    ...option.number(5, 'for roi: gain that counts, % of the price', { from: -100, to: 1e6, unit: 'per cent' }),
    onlyWith: { target: 'roi', ablation: true },
  },
  'cents-min': {
    ...option.number(2, 'for cents: gain that counts, cents a share', { from: -100, to: 100, unit: 'cents' }),
    onlyWith: { target: 'cents' },
  },
  'neutral-min': {
    ...option.number(0.1, 'for neutral: gain that counts, in √(p(1−p))', { from: -100, to: 100 }),
    onlyWith: { target: 'neutral', ablation: true },
  },
});

/** How late we follow, wherever that is asked. */
export const DELAY_OPTION = option.number(30, 'from a fill to our order, seconds', {
  from: 0,
  to: 86_400,
  unit: 'seconds',
});

export type TargetOptions = OptionValues<typeof TARGET_OPTIONS, never>;

/** What decides a label. */
export interface TargetSettings {
  /** From the fill to the price that it is evaluated by. */
  readonly horizonMs: number;
  readonly target: Target;
}

/** The target of a kind, with the threshold that the options give it. */
export function targetOf(kind: TargetKind, options: TargetOptions): Target {
  if (kind === 'roi') return { kind, threshold: options['roi-min'] / 100 };
  if (kind === 'cents') return { kind, threshold: options['cents-min'] / 100 };
  return { kind, threshold: options['neutral-min'] };
}

/** What the options say of labels. */
export function targetSettings(options: TargetOptions): TargetSettings {
  return { horizonMs: options.horizon * HOUR_MS, target: targetOf(options.target, options) };
}

/**
 * The gain in the target's own measure. `neutral` divides the gain of a share by √(p(1−p)), its standard deviation when held
 * to resolution, so that a cheap share and an expensive one have the same probability to reach it.
 * @param paid price of the followed outcome, in (0, 1)
 * @param future its price at the exit, 0..1
 */
export function gainOf(kind: TargetKind, paid: number, future: number): number {
  const gain = future - paid;
  if (kind === 'roi') return gain / paid;
  return kind === 'cents' ? gain : gain / Math.sqrt(paid * (1 - paid));
}

/** 1 where the gain exceeds the threshold. A billionth of slack keeps .52 − .50 from beating two cents by rounding. */
export function labelOf(target: Target, paid: number, future: number): 0 | 1 {
  return gainOf(target.kind, paid, future) > target.threshold + 1e-9 ? 1 : 0;
}

/** The target in words. */
export function formatTarget({ kind, threshold }: Target): string {
  if (kind === 'roi') return `return over ${Number((threshold * 100).toFixed(6))} %`;
  if (kind === 'cents') return `gain over ${Number((threshold * 100).toFixed(6))} cents a share`;
  return `gain over ${threshold} √(p(1−p))`;
}
