/** 12_wash_rings: near-closed groups, one row per wallet. */
import type { DataFrame } from '../polars/polars.ts';
import { formatCount } from '../run/console.ts';
import { counted } from '../run/words.ts';
import { frameOf } from '../tables/frame_of.ts';
import { WASH_RINGS } from '../tables/schemas.ts';
import type { CalibratedRing } from './calibrate_rings.ts';
import type { RingMember } from './find_rings.ts';

const MICRO = 1e6;

interface Row {
  readonly ring: CalibratedRing;
  readonly id: number;
  readonly member: RingMember;
  readonly wallet: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Its figures in words. */
function reasonOf({ ring, member }: Row): string {
  const { closedShare, roundTripShare, nMatches, nSelfMatches } = member;
  const self = nSelfMatches > 0 ? `, ${formatCount(nSelfMatches)} with itself` : '';
  const others = ring.members.length === 1 ? 'is with itself' : `is with a group of ${ring.members.length} wallets`;
  return `${percent(closedShare)} of its volume ${others}, and ${percent(roundTripShare)} of that left no position (${counted(nMatches, 'matched trade')}${self})`;
}

/**
 * One row per wallet in a group, by wallet.
 * @param names of wallets, by number
 */
export function washFrame(rings: readonly CalibratedRing[], names: readonly string[], asOfMs: number): DataFrame {
  // Numbers of wallets are not the same in each run, names are.
  const firstName = ({ members }: CalibratedRing): string => members.map(({ wallet }) => names[wallet]).sort()[0];
  const ordered = rings
    .map((ring) => ({ ring, first: firstName(ring) }))
    .sort((a, b) => b.ring.score - a.ring.score || (a.first < b.first ? -1 : 1));
  const rows: Row[] = ordered.flatMap(({ ring }, i) =>
    ring.members.map((member) => ({ ring, id: i + 1, member, wallet: names[member.wallet] })),
  );
  return frameOf(WASH_RINGS, rows, {
    wallet: ({ wallet }) => wallet,
    as_of_ms: () => asOfMs,
    ring_id: ({ id }) => id,
    ring_size: ({ ring }) => ring.members.length,
    ring_score: ({ ring }) => ring.score,
    wash_score: ({ member }) => member.closedShare * member.roundTripShare,
    closed_share_pct: ({ member }) => 100 * member.closedShare,
    round_trip_share_pct: ({ member }) => 100 * member.roundTripShare,
    n_matches: ({ member }) => member.nMatches,
    n_self_matches: ({ member }) => member.nSelfMatches,
    matched_shares: ({ member }) => member.shares / MICRO,
    p_value: ({ ring }) => ring.p,
    q_value: ({ ring }) => ring.q,
    is_flagged: ({ ring }) => (ring.isFlagged ? 1 : 0),
    reason: reasonOf,
  }).sort('wallet');
}
