/**
 * Near-closed groups of wallets that trade in circles (after Sirolly et al. 2025, where a wallet counts as a wash trader by the share of
 * its volume with others that do, round trips counting). Candidates come from pairs that matter to both sides; then a wallet stays
 * while at least half of all its volume went to wallets that stay, and came back from them.
 */
import { countingSort } from '../features/counting_sort.ts';
import { type Matches, volumes } from './matches.ts';

/** Least share of the volume of either wallet that a pair must make up. A ring of twenty that trades evenly still passes. */
const PAIR_SHARE_MIN = 0.05;
/** Least share of a wallet's volume that is with its ring and is undone there. Market makers trade with each other, but keep positions. */
const WASH_SHARE_MIN = 0.5;
/** A larger group is a market, not a ring. */
const RING_SIZE_MAX = 50;

export interface RingMember {
  readonly wallet: number;
  /** Share of its volume that is with the ring, itself included. */
  readonly closedShare: number;
  /** Share of its volume with the ring that went back: 1 when every market ends flat, 0 when nothing is undone. */
  readonly roundTripShare: number;
  readonly nMatches: number;
  readonly nSelfMatches: number;
  /** Volume with the ring, 1e-6 shares. */
  readonly shares: number;
}

export interface Ring {
  /** By number of the wallet. */
  readonly members: readonly RingMember[];
  /** Matches among members. */
  readonly nMatches: number;
  readonly closedShare: number;
  readonly roundTripShare: number;
  /** closedShare · roundTripShare · log2(1 + matches per member): higher is more like wash trading. */
  readonly score: number;
}

/** Root of a wallet's group, with the path to it shortened. */
function rootOf(parents: Uint32Array, wallet: number): number {
  let root = wallet;
  while (parents[root] !== root) {
    parents[root] = parents[parents[root]];
    root = parents[root];
  }
  return root;
}

/** Groups of wallets that pairs of at least PAIR_SHARE_MIN of both volumes connect, as the root of each wallet. */
function connectPairs({ taker, maker, shares, nWallets }: Matches, volume: Float64Array): Uint32Array {
  const parents = Uint32Array.from({ length: nWallets }, (_, i) => i);
  const low = taker.map((own, i) => Math.min(own, maker[i]));
  const { rows, starts } = countingSort(low, nWallets);
  const between = new Float64Array(nWallets);
  const met: number[] = [];
  for (let wallet = 0; wallet < nWallets; wallet++) {
    met.length = 0;
    for (let k = starts[wallet]; k < starts[wallet + 1]; k++) {
      const i = rows[k];
      const other = Math.max(taker[i], maker[i]);
      if (between[other] === 0) met.push(other);
      between[other] += shares[i];
    }
    for (const other of met) {
      const isStrong = between[other] >= PAIR_SHARE_MIN * Math.max(volume[wallet], volume[other]);
      if (isStrong && other !== wallet) parents[rootOf(parents, other)] = rootOf(parents, wallet);
      between[other] = 0;
    }
  }
  return parents.map((_, wallet) => rootOf(parents, wallet));
}

/** The matches within groups. */
function withinGroups({ taker, maker }: Matches, groups: Uint32Array): Uint32Array {
  const rows: number[] = [];
  for (let i = 0; i < taker.length; i++) if (groups[taker[i]] === groups[maker[i]]) rows.push(i);
  return Uint32Array.from(rows);
}

/** Both sides of some matches, wallet by wallet and market by market. */
interface Sides {
  readonly wallet: Uint32Array;
  readonly other: Uint32Array;
  readonly market: Uint32Array;
  /** What the wallet gains in exposure to outcome 0, 1e-6 shares; 0 in a match with itself. */
  readonly change: Float64Array;
  readonly shares: Float64Array;
}

function sidesOf({ taker, maker, shares, market, direction, nWallets }: Matches, inside: Uint32Array): Sides {
  const n = 2 * inside.length;
  const row = (side: number): number => inside[side >> 1];
  const walletOf = (side: number): number => ((side & 1) === 0 ? taker : maker)[row(side)];
  const nMarkets = inside.reduce((most, i) => Math.max(most, market[i] + 1), 0);
  const byMarket = countingSort(
    Uint32Array.from({ length: n }, (_, side) => market[row(side)]),
    nMarkets,
  ).rows;
  const byWallet = countingSort(Uint32Array.from(byMarket, walletOf), nWallets).rows;
  // The maker's side of a match with itself would count it twice.
  const order = Uint32Array.from(byWallet, (at) => byMarket[at]).filter(
    (side) => (side & 1) === 0 || taker[row(side)] !== maker[row(side)],
  );
  const isSelf = (i: number): boolean => taker[i] === maker[i];
  return {
    wallet: Uint32Array.from(order, walletOf),
    other: Uint32Array.from(order, (side) => walletOf(side ^ 1)),
    market: Uint32Array.from(order, (side) => market[row(side)]),
    change: Float64Array.from(order, (side) => {
      const i = row(side);
      return isSelf(i) ? 0 : (side & 1 ? -1 : 1) * direction[i] * shares[i];
    }),
    shares: Float64Array.from(order, (side) => shares[row(side)]),
  };
}

/** Of every wallet that is left: what it traded with others that are left, less the positions that remained. */
function undoneVolume({ wallet, other, market, change, shares }: Sides, isLeft: Uint8Array): Float64Array {
  const undone = new Float64Array(isLeft.length);
  let net = 0;
  for (let side = 0; side < wallet.length; side++) {
    if (isLeft[wallet[side]] === 1 && isLeft[other[side]] === 1) {
      undone[wallet[side]] += shares[side];
      net += change[side];
    }
    if (wallet[side + 1] === wallet[side] && market[side + 1] === market[side]) continue;
    undone[wallet[side]] -= Math.abs(net);
    net = 0;
  }
  return undone;
}

/**
 * Takes wallets away until half of the volume of each that is left went to others that are left, and came back.
 * @returns 1 for wallets that are left
 */
function peel(matches: Matches, volume: Float64Array, inside: Uint32Array): Uint8Array {
  const sides = sidesOf(matches, inside);
  const isLeft = new Uint8Array(matches.nWallets);
  for (const wallet of sides.wallet) isLeft[wallet] = 1;
  // Each round takes one wallet away at least.
  for (let hasChanged = true; hasChanged; ) {
    const undone = undoneVolume(sides, isLeft);
    hasChanged = false;
    for (let wallet = 0; wallet < isLeft.length; wallet++) {
      if (isLeft[wallet] === 0 || undone[wallet] >= WASH_SHARE_MIN * volume[wallet]) continue;
      isLeft[wallet] = 0;
      hasChanged = true;
    }
  }
  return isLeft;
}

/** Volume and what is left of it as a position, of one wallet in its ring. */
interface Tally {
  readonly nets: Map<number, number>;
  nMatches: number;
  nSelfMatches: number;
  shares: number;
}

function tallyOf(tallies: Map<number, Tally>, wallet: number): Tally {
  let tally = tallies.get(wallet);
  if (tally === undefined) {
    tally = { nets: new Map(), nMatches: 0, nSelfMatches: 0, shares: 0 };
    tallies.set(wallet, tally);
  }
  return tally;
}

function addSide(tally: Tally, market: number, change: number, size: number): void {
  tally.nMatches++;
  tally.shares += size;
  tally.nets.set(market, (tally.nets.get(market) ?? 0) + change);
}

/** The figures of one ring from the matches among its members. */
function describeRing(matches: Matches, rows: readonly number[], volume: Float64Array): Ring {
  const { taker, maker, shares, market, direction } = matches;
  const tallies = new Map<number, Tally>();
  for (const i of rows) {
    const change = direction[i] * shares[i];
    const ofTaker = tallyOf(tallies, taker[i]);
    if (taker[i] === maker[i]) {
      addSide(ofTaker, market[i], 0, shares[i]);
      ofTaker.nSelfMatches++;
      continue;
    }
    addSide(ofTaker, market[i], change, shares[i]);
    addSide(tallyOf(tallies, maker[i]), market[i], -change, shares[i]);
  }
  let [inside, undone, all] = [0, 0, 0];
  const members = [...tallies]
    .sort(([a], [b]) => a - b)
    .map(([wallet, tally]) => {
      const kept = [...tally.nets.values()].reduce((sum, net) => sum + Math.abs(net), 0);
      inside += tally.shares;
      undone += tally.shares - kept;
      all += volume[wallet];
      const { nMatches, nSelfMatches } = tally;
      return {
        wallet,
        closedShare: tally.shares / volume[wallet],
        roundTripShare: (tally.shares - kept) / tally.shares,
        nMatches,
        nSelfMatches,
        shares: tally.shares,
      };
    });
  const [closedShare, roundTripShare] = [inside / all, undone / inside];
  const score = closedShare * roundTripShare * Math.log2(1 + rows.length / members.length);
  return { members, nMatches: rows.length, closedShare, roundTripShare, score };
}

/** All near-closed groups with some round trip, the highest score first; of equal scores in no certain order. */
export function findRings(matches: Matches): Ring[] {
  const volume = volumes(matches);
  const groups = connectPairs(matches, volume);
  const inside = withinGroups(matches, groups);
  const isLeft = peel(matches, volume, inside);
  const byGroup = new Map<number, number[]>();
  for (const i of inside) {
    const [a, b] = [matches.taker[i], matches.maker[i]];
    if (isLeft[a] === 0 || isLeft[b] === 0) continue;
    const rows = byGroup.get(groups[a]);
    if (rows === undefined) byGroup.set(groups[a], [i]);
    else rows.push(i);
  }
  return [...byGroup.values()]
    .map((rows) => describeRing(matches, rows, volume))
    .filter(({ members, score }) => score > 0 && members.length <= RING_SIZE_MAX)
    .sort((a, b) => b.score - a.score);
}
