/** Markets of one group that show unusual flow within five minutes. */
import { MINUTE_MS } from '../run/clock.ts';

const CLUSTER_WINDOW_MS = 5 * MINUTE_MS;
/** Flow below this makes no cluster. */
export const CLUSTER_SCORE_MIN = 60;
const TIER_1 = { nMarkets: 2, score: 70 };
const TIER_2 = { nMarkets: 3, score: 60 };
/** Hits of a group that are looked at. */
const N_HITS_MAX = 1000;

export interface FlowHit {
  readonly tsMs: number;
  readonly market: string;
  readonly score: number;
}

export interface Cluster {
  readonly tier: 1 | 2;
  /** Best hit of each market, the best first. */
  readonly hits: readonly FlowHit[];
}

/** The cluster that hits within the window make, or null. */
export function clusterOf(hits: readonly FlowHit[]): Cluster | null {
  const best = new Map<string, FlowHit>();
  for (const hit of hits) if (hit.score > (best.get(hit.market)?.score ?? 0)) best.set(hit.market, hit);
  const sorted = [...best.values()].sort((a, b) => b.score - a.score || (a.market < b.market ? -1 : 1));
  if (sorted.length === 0) return null;
  const reaches = ({ nMarkets, score }: typeof TIER_1): boolean =>
    sorted.length >= nMarkets && sorted[0].score >= score;
  if (reaches(TIER_1)) return { tier: 1, hits: sorted };
  return reaches(TIER_2) ? { tier: 2, hits: sorted } : null;
}

interface GroupHits {
  hits: FlowHit[];
  /** Markets of the cluster that was told of last, and when. */
  told: ReadonlySet<string>;
  toldMs: number;
}

/** By group, its hits and what was told of it. */
export type ClustersState = readonly (readonly [
  string,
  { readonly hits: readonly FlowHit[]; readonly told: readonly string[]; readonly toldMs: number | null },
])[];

/** Keeps the hits of every group, and tells of a cluster when it is new, has a market more, or still goes on after the window. */
export class Clusters {
  private readonly groups = new Map<string, GroupHits>();

  /** @returns the cluster that this hit makes of its group, or null */
  add(group: string, hit: FlowHit): Cluster | null {
    const own = this.groups.get(group) ?? { hits: [], told: new Set<string>(), toldMs: Number.NEGATIVE_INFINITY };
    this.groups.set(group, own);
    own.hits = [...own.hits.filter(({ tsMs }) => tsMs > hit.tsMs - CLUSTER_WINDOW_MS), hit].slice(-N_HITS_MAX);
    const cluster = clusterOf(own.hits);
    if (cluster === null) return null;
    const isNew =
      hit.tsMs - own.toldMs >= CLUSTER_WINDOW_MS || cluster.hits.some(({ market }) => !own.told.has(market));
    if (!isNew) return null;
    own.told = new Set(cluster.hits.map(({ market }) => market));
    own.toldMs = hit.tsMs;
    return cluster;
  }

  /** All of it as JSON. */
  state(): ClustersState {
    return [...this.groups].map(([group, { hits, told, toldMs }]) => [
      group,
      { hits, told: [...told], toldMs: Number.isFinite(toldMs) ? toldMs : null },
    ]);
  }

  /** Goes on from where others stood. */
  restore(state: ClustersState): void {
    for (const [group, { hits, told, toldMs }] of state)
      this.groups.set(group, { hits: [...hits], told: new Set(told), toldMs: toldMs ?? Number.NEGATIVE_INFINITY });
  }

  /** Forgets groups in which nothing has happened within the window. */
  forget(nowMs: number): void {
    for (const [group, { hits }] of this.groups)
      if (hits[hits.length - 1].tsMs <= nowMs - CLUSTER_WINDOW_MS) this.groups.delete(group);
  }
}
