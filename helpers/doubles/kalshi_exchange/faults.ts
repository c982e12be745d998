/** What goes wrong between a trader and the exchange double: before the exchange hears of a request, after it has done it, or instead. */
import type { Random } from '../../kernels/random.ts';
import type { Fault } from '../faults.ts';
import type { Answered } from '../server.ts';

/** The exchange never hears of the request. */
const BEFORE = ['too many', 'failed before', 'reset before'] as const;
/** The exchange has done it, and the answer does not arrive. */
const AFTER = ['no answer', 'reset after', 'failed after', 'cut body'] as const;
/** Of requests that change something: a gateway without the route; one that passes a request on twice. */
const WRITES = ['gone', 'passed on twice'] as const;

export type ExchangeFault = (typeof BEFORE)[number] | (typeof AFTER)[number] | (typeof WRITES)[number];

export interface ExchangeFaultPlan {
  readonly random: Random;
  /** Share of requests that meet one, 0..1. */
  readonly share: number;
  /** Share of cancels that another trader is faster than, 0..1; default 0. */
  readonly races?: number;
  /** Default: all of them. */
  readonly kinds?: readonly ExchangeFault[];
}

const ALL: readonly ExchangeFault[] = [...BEFORE, ...AFTER, ...WRITES];

const TOO_MANY: Answered = { status: 429, body: { error: 'too many requests' } };
const FAILED: Answered = { status: 503, body: { error: { code: 'service_unavailable', message: 'try later' } } };
export const GONE: Answered = {
  status: 410,
  body: { code: 'deprecated_v1_order_endpoint', message: 'Please switch to the V2 endpoints' },
};

/** The fault that a request meets, or null. */
export function drawExchangeFault(plan: ExchangeFaultPlan | undefined, isWrite: boolean): ExchangeFault | null {
  if (plan === undefined || plan.random.uniform() >= plan.share) return null;
  const { kinds = ALL, random } = plan;
  const fitting = kinds.filter((kind) => isWrite || !(WRITES as readonly string[]).includes(kind));
  return fitting.length === 0 ? null : fitting[random.integer(fitting.length)];
}

/** What is answered under a fault. @param work what the exchange does with the request */
export function answerUnder(fault: ExchangeFault | null, work: () => Answered): Answered {
  const spoiled = (how: Fault): Answered => ({ ...work(), fault: how });
  switch (fault) {
    case 'too many':
      return TOO_MANY;
    case 'failed before':
      return FAILED;
    case 'reset before':
      return { status: 200, body: {}, fault: 'reset before' };
    case 'gone':
      return GONE;
    case 'no answer':
      return spoiled('no answer');
    case 'cut body':
      return spoiled('cut body');
    case 'reset after':
      return spoiled('reset before');
    case 'failed after':
      work();
      return FAILED;
    case 'passed on twice':
      work();
      return work();
    default:
      return work();
  }
}
