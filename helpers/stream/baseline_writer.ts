/**
 * Writes baselines behind the fold: a few at a time, so that no trade waits for thousands of them. Losing the last of them is harmless; those that
 * are of no use to anybody any more are removed.
 */
import type { BaselineStore, StoredBaseline } from '../baselines/baseline_store.ts';
import { HOUR_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { StreamAnalyzer } from './analyzer.ts';

/** By the venue's clock. */
const PRUNE_EVERY_MS = HOUR_MS;

export class BaselineWriter {
  private prunedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly store: BaselineStore,
    private readonly analyzer: Pick<StreamAnalyzer, 'takeChangedBaselines' | 'returnBaselines'>,
    private readonly warn: (line: string) => void,
  ) {}

  /** Saves at most `nMax` of those that have changed; what the store does not take is saved with the next. */
  async save(nMax?: number): Promise<void> {
    const changed = this.analyzer.takeChangedBaselines(nMax);
    if (changed.size === 0) return;
    try {
      await this.store.save(changed);
      await this.prune(changed.values());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.analyzer.returnBaselines(changed.keys());
      this.warn(`baselines of ${changed.size} markets cannot be saved now: ${error.message}`);
    }
  }

  private async prune(saved: Iterable<StoredBaseline>): Promise<void> {
    for (const { asOfMs, windowMs } of saved) {
      if (asOfMs - this.prunedMs < PRUNE_EVERY_MS) continue;
      await this.store.prune(asOfMs - windowMs);
      this.prunedMs = asOfMs;
    }
  }
}
