/** How soon a wallet comes onto a watch list that is made anew at every snapshot from what is known then. */
import type { Executor } from '../../kernels/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import type { StudyDetector } from './study_detectors.ts';

/** For each detector and wallet: the first snapshot at which it was on the list. */
export class WatchLists {
  private readonly firstSeenMs: ReadonlyMap<string, Map<string, number>>;

  /** @param share of wallets on the list of a detector that ranks; a rule lists whom it names */
  constructor(
    private readonly detectors: readonly StudyDetector[],
    private readonly share: number,
  ) {
    this.firstSeenMs = new Map(detectors.map(({ name }) => [name, new Map()]));
  }

  async look(profiles: DataFrame, asOfMs: number, seed: number, executor: Executor): Promise<void> {
    const wallets = toTexts(profiles, 'wallet') as string[];
    const nListed = Math.max(1, Math.floor(this.share * wallets.length));
    for (const detector of this.detectors) {
      const { name, kind } = detector;
      const scores = (await detector.fit(profiles, seed, executor)).score(profiles);
      const seen = this.firstSeenMs.get(name)!;
      const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
      const listed = kind === 'rule' ? order.filter((row) => scores[row] > 0) : order.slice(0, nListed);
      for (const row of listed) if (!seen.has(wallets[row])) seen.set(wallets[row], asOfMs);
    }
  }

  /** Days from the first fill to the list, null for wallets that never came onto it; in the order of the profiles. */
  daysToDetection(detector: string, profiles: DataFrame): (number | null)[] {
    const wallets = toTexts(profiles, 'wallet') as string[];
    const firstMs = toNumbers(profiles, 'first_fill_ms');
    const seen = this.firstSeenMs.get(detector)!;
    return wallets.map((wallet, row) => {
      const atMs = seen.get(wallet);
      return atMs === undefined ? null : (atMs - firstMs[row]) / DAY_MS;
    });
  }
}
