/** The scorecard in lines: which rule earns its place. */
import type { BootstrapInterval } from '../../evaluate/bootstrap.ts';
import { formatCount } from '../../run/console.ts';
import type { GroupScore } from './scorecard.ts';

/** Intervals over fewer markets promise more than they hold (Cameron, Gelbach & Miller 2008). */
const N_MARKETS_MIN = 10;

function percentWords({ estimate, low, high }: BootstrapInterval): string {
  const pct = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(100 * value).toFixed(1)}`;
  return Number.isNaN(low) ? `${pct(estimate)} %` : `${pct(estimate)} % (${pct(low)} to ${pct(high)})`;
}

/** What the interval of the difference allows to say. */
export function verdictWords({ nScored, nMarkets, difference: { low, high } }: GroupScore): string {
  if (nScored === 0) return 'nothing to score yet';
  if (nMarkets < N_MARKETS_MIN || Number.isNaN(low)) return 'too few markets to tell';
  if (low > 0) return 'better than chance';
  return high < 0 ? 'worse than chance' : 'no better than chance, as far as can be told';
}

/** One line a rule, verdict and horizon. */
export function scorecardLines(scores: readonly GroupScore[]): string[] {
  return scores.map((score) => {
    const { rule, verdict, horizon, nDecisions, nScored, nMarkets, winRate, meanReturn, randomReturn, meanMove } =
      score;
    const head = `${rule} (${verdict.replaceAll('_', ' ')}), ${horizon}: ${formatCount(nScored)} of ${formatCount(nDecisions)} scored`;
    if (nScored === 0) return `${head}; ${verdictWords(score)}`;
    const cents = `${meanMove < 0 ? '−' : '+'}${Math.abs(100 * meanMove).toFixed(1)} cents a share`;
    return `${head} in ${formatCount(nMarkets)} markets, ${(100 * winRate).toFixed(0)} % gained, ${cents} before costs; return after costs ${percentWords(meanReturn)}, random trades at the same prices ${percentWords(randomReturn)}, difference ${percentWords(score.difference)}: ${verdictWords(score)}`;
  });
}
