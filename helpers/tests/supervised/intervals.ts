/** Intervals for tests of what is said of them. */
import type { BootstrapInterval } from '../../evaluate/bootstrap.ts';

export function interval(low: number, estimate: number, high: number): BootstrapInterval {
  return { estimate, low, high, standardError: (high - low) / 4, nDefined: 300 };
}

/** An estimate that does not exist. */
export const NO_INTERVAL = interval(Number.NaN, Number.NaN, Number.NaN);

/** Words of the verdict boxes among some blocks, one list a box. */
export function verdictWords(blocks: readonly { readonly kind: string; readonly text?: string }[] = []): string[][] {
  return blocks.flatMap(({ kind, text = '' }) => (kind === 'verdict' ? [text.split(' ')] : []));
}
