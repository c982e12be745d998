/**
 * Is the account what the ledger says, and the engine's too? The venue's lists lag, so a difference counts when it is found twice in a row;
 * one that nobody can explain halts trading.
 */
import type { Executor } from '../trade/execution/executor.ts';
import { reconcile } from '../trade/execution/reconcile.ts';
import type { Ledger } from '../trade/ledger/ledger.ts';
import { formatMicros } from '../trade/money.ts';
import type { RiskEngine } from '../trade/risk/engine.ts';

export class Reconciliation {
  private checkedMs = Number.NEGATIVE_INFINITY;
  /** Differences that were found twice, since it was made. */
  nDifferences = 0;

  constructor(
    private readonly executor: Executor,
    private readonly ledger: Ledger,
    private readonly engine: RiskEngine,
    private readonly everyMs: number,
    private before: readonly string[],
  ) {}

  /** What the last look has found: kept over restarts, so that a trader that looks once a run finds it twice. */
  get found(): readonly string[] {
    return this.before;
  }

  /** Compares when it is time; call it when the engine has caught up with the ledger. @returns what is wrong, in words */
  async check(nowMs: number): Promise<readonly string[]> {
    if (nowMs - this.checkedMs < this.everyMs) return [];
    this.checkedMs = nowMs;
    const found = await reconcile(this.executor, this.ledger);
    const { cashMicros } = await this.ledger.summary();
    const own = this.engine.figures.cashMicros;
    const lines = [
      ...found.map(({ line }) => line),
      ...(own === cashMicros
        ? []
        : [`cash: ${formatMicros(cashMicros)} by the ledger, ${formatMicros(own)} by the risk engine`]),
    ];
    const again = lines.filter((line) => this.before.includes(line));
    this.before = lines;
    if (again.length > 0) {
      this.nDifferences += again.length;
      this.engine.stop('reconciliation', 'HALTED', again.join('; '), nowMs);
    }
    return again;
  }
}
