/** Markets that move together, or opposite: groups by the measured correlation of their returns. */

/** Markets looked at, those with most moves first: pairs grow with the square. */
const N_MARKETS_MAX = 400;
/** Steps in which one of the two moved; fewer say nothing. */
const N_MOVES_MIN = 20;
const CORRELATION_MIN = 0.5;
/** Fisher's z of a correlation in its deviations: of 80,000 pairs without any less than one in ten days reaches it. */
const SIGNIFICANCE_MIN = 5.5;
const N_IN_GROUP_MAX = 25;

export interface MarketReturns {
  readonly market: string;
  readonly returns: Float64Array;
}

interface CorrelatedPair {
  readonly a: string;
  readonly b: string;
  /** −1..1; negative: they move opposite. */
  readonly correlation: number;
}

export interface CorrelatedGroup {
  /** Sorted. */
  readonly markets: readonly string[];
  readonly pairs: readonly CorrelatedPair[];
}

/** Correlation about zero over the steps in which either moved, and how many those were. */
export function moveCorrelation(a: Float64Array, b: Float64Array): { correlation: number; nMoves: number } {
  let [ab, aa, bb, nMoves] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0 && b[i] === 0) continue;
    nMoves++;
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return { correlation: aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0, nMoves };
}

function isTied({ correlation, nMoves }: ReturnType<typeof moveCorrelation>): boolean {
  const size = Math.min(Math.abs(correlation), 1 - 1e-12);
  return (
    nMoves >= N_MOVES_MIN && size >= CORRELATION_MIN && Math.atanh(size) * Math.sqrt(nMoves - 3) >= SIGNIFICANCE_MIN
  );
}

const nMovesOf = ({ returns }: MarketReturns): number => returns.reduce((n, change) => n + (change === 0 ? 0 : 1), 0);

/** Groups of two to 25 markets: the strongest pairs are joined first, and a group that is full takes nobody more. */
export function correlatedGroups(all: readonly MarketReturns[]): CorrelatedGroup[] {
  const markets = [...all]
    .sort((a, b) => nMovesOf(b) - nMovesOf(a) || (a.market < b.market ? -1 : 1))
    .slice(0, N_MARKETS_MAX);
  const pairs: CorrelatedPair[] = [];
  for (const [i, a] of markets.entries())
    for (const b of markets.slice(i + 1)) {
      const measured = moveCorrelation(a.returns, b.returns);
      if (isTied(measured)) pairs.push({ a: a.market, b: b.market, correlation: measured.correlation });
    }
  pairs.sort((x, y) => Math.abs(y.correlation) - Math.abs(x.correlation) || (x.a + x.b < y.a + y.b ? -1 : 1));
  const groupOf = new Map<string, Set<string>>();
  for (const { a, b } of pairs) {
    const [own, other] = [a, b].map((market) => groupOf.get(market) ?? new Set([market]));
    if (own === other || own.size + other.size > N_IN_GROUP_MAX) continue;
    for (const market of other) own.add(market);
    for (const market of own) groupOf.set(market, own);
  }
  return [...new Set(groupOf.values())].map((group) => ({
    markets: [...group].sort(),
    pairs: pairs.filter(({ a, b }) => group.has(a) && group.has(b)),
  }));
}
