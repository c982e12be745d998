/**
 * Why no trade: how many markets got how far on their way from being seen to being filled, and what stopped the others. Users of such
 * programs ask for nothing more often.
 */
import { assert } from '../run/errors.ts';
import type { RiskDecision } from './types.ts';

/** The way of a market in a round, in order. */
export const FUNNEL_STAGES = ['seen', 'watched', 'forecast', 'edge', 'sized', 'allowed', 'sent', 'filled'] as const;
export type FunnelStage = (typeof FUNNEL_STAGES)[number];

/** Different reasons that a stage remembers; further ones are counted together. */
const N_REASONS_MAX = 50;
const OTHER = 'other reasons';

export interface FunnelState {
  readonly reached: Readonly<Record<FunnelStage, number>>;
  /** By the stage that was not reached: how often each reason stopped a market. */
  readonly stopped: Readonly<Record<FunnelStage, Readonly<Record<string, number>>>>;
}

const perStage = <T>(make: () => T): Record<FunnelStage, T> =>
  Object.fromEntries(FUNNEL_STAGES.map((stage) => [stage, make()])) as Record<FunnelStage, T>;

/** Counts since it was made; plain JSON in between. */
export class Funnel {
  private readonly reached: Record<FunnelStage, number>;
  private readonly stopped: Record<FunnelStage, Map<string, number>>;

  constructor(state?: FunnelState) {
    this.reached = { ...perStage(() => 0), ...state?.reached };
    this.stopped = perStage(() => new Map());
    for (const stage of FUNNEL_STAGES)
      for (const [reason, n] of Object.entries(state?.stopped[stage] ?? {})) this.stopped[stage].set(reason, n);
  }

  get state(): FunnelState {
    const stopped = perStage((): Record<string, number> => ({}));
    for (const stage of FUNNEL_STAGES) Object.assign(stopped[stage], Object.fromEntries(this.stopped[stage]));
    return { reached: { ...this.reached }, stopped };
  }

  /** A market, or so many, have got so far. */
  reach(stage: FunnelStage, n = 1): void {
    this.reached[stage] += n;
  }

  /**
   * A market, or so many, did not get to a stage.
   * @param reason a kind of reason without figures, so that equal ones are counted together
   */
  stop(stage: FunnelStage, reason: string, n = 1): void {
    const reasons = this.stopped[stage];
    const key = reasons.has(reason) || reasons.size < N_REASONS_MAX ? reason : OTHER;
    reasons.set(key, (reasons.get(key) ?? 0) + n);
  }

  /** What the risk engine said: each check that failed is a reason. */
  decide({ verdict, checks }: RiskDecision): void {
    if (verdict !== 'deny') {
      this.reach('allowed');
      return;
    }
    const failed = checks.filter(({ isPassed }) => !isPassed).map(({ name }) => name);
    assert(failed.length > 0, 'a denial has a reason');
    this.stop('allowed', `risk: ${failed.join(' and ')}`);
  }

  /** One line a stage, with its most frequent reasons; stages that nothing was stopped before say only their number. */
  lines(nReasons = 5): string[] {
    return FUNNEL_STAGES.map((stage) => {
      const reasons = [...this.stopped[stage]].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const shown = reasons.slice(0, nReasons).map(([reason, n]) => `${n} ${reason}`);
      const rest = reasons.slice(nReasons).reduce((sum, [, n]) => sum + n, 0);
      const why = [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
      return `${stage.padEnd(9)}${String(this.reached[stage]).padStart(7)}${why === '' ? '' : `   not: ${why}`}`;
    });
  }
}
