/** Which markets are one bet: those that are linked, directly or through others, by a correlation above the limit. */
import { check } from '../../evaluate/checks.ts';

export interface Correlation {
  readonly tickers: readonly [string, string];
  /** Of what their contracts pay, −1 to 1. */
  readonly rho: number;
}

const N_PAIRS_MAX = 100_000;

/** Groups by single linkage; markets that nobody named stand alone. */
export class CorrelationGroups {
  private readonly neighbours = new Map<string, Set<string>>();
  readonly links: readonly Correlation[];

  /** @param rhoMin pairs above it, with either sign, are linked: YES of one and NO of the other are the same bet, too */
  constructor(pairs: readonly Correlation[] = [], rhoMin = 1) {
    check(pairs.length <= N_PAIRS_MAX, `${pairs.length} correlations are more than ${N_PAIRS_MAX}`);
    this.links = pairs.filter(({ rho }) => Math.abs(rho) > rhoMin);
    for (const { tickers } of this.links) {
      const [a, b] = tickers;
      this.of(a).add(b);
      this.of(b).add(a);
    }
  }

  /** The market itself and all that are one bet with it. */
  groupOf(ticker: string): ReadonlySet<string> {
    const group = new Set([ticker]);
    for (const member of group) for (const other of this.neighbours.get(member) ?? []) group.add(other);
    return group;
  }

  /** How many bets these markets are. */
  count(tickers: readonly string[]): number {
    const left = new Set(tickers);
    let n = 0;
    for (const ticker of left) {
      n++;
      for (const member of this.groupOf(ticker)) left.delete(member);
    }
    return n;
  }

  private of(ticker: string): Set<string> {
    const known = this.neighbours.get(ticker) ?? new Set();
    this.neighbours.set(ticker, known);
    return known;
  }
}
