/** Which groups trade in circles, and how that compares with chance: in lines and in a section of the report. */
import { type Block, chartBlock, verdictBlocks } from '../charts/section.ts';
import { scatterPicture } from '../charts/specs/scatter.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { counted } from '../run/words.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { WASH_RINGS } from '../tables/schemas.ts';
import type { MatchCounts } from './matches.ts';

export const WASH_SECTION = { id: 'wash_trading', order: 63, title: 'Wash trading: groups that trade in circles' };

const N_LINES = 8;
const N_ROWS = 30;

export interface WashFacts {
  readonly counts: MatchCounts;
  readonly nRings: number;
  readonly nFlagged: number;
  readonly nFlaggedWallets: number;
  /** Highest score of every rewired network; 0 where it has no group. */
  readonly rewiredScores: readonly number[];
}

interface WashSettings {
  readonly fdr: number;
  readonly nRewired: number;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function detailLines({ counts, nRings, rewiredScores }: WashFacts): string[] {
  const { nFills, nMatchedFills, nMatches, nWallets } = counts;
  const best = Math.max(...rewiredScores);
  return [
    `${percent(nMatchedFills / nFills)} of ${counted(nFills, 'fill')} say who met whom: ${formatCount(nMatches)} matches of ${counted(nWallets, 'wallet')}.`,
    `${counted(nRings, 'near-closed group')} found; with counterparties dealt anew, ${formatCount(rewiredScores.length)} times, ${best > 0 ? `the highest score is ${best.toFixed(2)}` : 'there is none'}.`,
  ];
}

/** The groups in the order of their scores. */
function ringRows(table: DataFrame) {
  const rings = table
    .groupBy(['ring_id'])
    .agg(
      ...['ring_size', 'ring_score', 'p_value', 'q_value', 'is_flagged'].map((name) => pl.col(name).first()),
      pl.col('matched_shares').sum(),
      pl.col('closed_share_pct').mean(),
      pl.col('round_trip_share_pct').mean(),
    )
    .sort('ring_id');
  const names = ['ring_id', 'ring_size', 'ring_score', 'p_value', 'q_value', 'is_flagged'] as const;
  const means = ['matched_shares', 'closed_share_pct', 'round_trip_share_pct'] as const;
  const columns = Object.fromEntries([...names, ...means].map((name) => [name, toNumbers(rings, name)]));
  return Array.from({ length: rings.height }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[i]])),
  );
}

/** Each wallet of a group by its two shares. */
function sharesBlock(table: DataFrame): Block {
  const [closed, undone, matches, flags] = ['closed_share_pct', 'round_trip_share_pct', 'n_matches', 'is_flagged'].map(
    (name) => toNumbers(table, name),
  );
  const points = (toTexts(table, 'wallet') as string[]).map((wallet, i) => ({
    x: closed[i],
    y: undone[i],
    group: flags[i] === 1 ? 'flagged' : 'not flagged',
    tooltip: { wallet, matches: matches[i] },
  }));
  return chartBlock(
    'shares',
    'Wallets of near-closed groups: share of their volume that is with the group, and share of that volume that left no position. Wash trading lies in the upper right corner.',
    scatterPicture(points, { xTitle: 'volume with the group, %', yTitle: 'of it left no position, %' }),
  );
}

export function presentWash(facts: WashFacts, view: PresentView<WashSettings>): Presentation {
  const table = view.read(WASH_RINGS);
  const { nFlagged, nFlaggedWallets } = facts;
  const verdict = `Flagged for wash trading: ${counted(nFlagged, 'ring')} of ${counted(nFlaggedWallets, 'wallet')} in all, at a false discovery rate of ${percent(view.settings.fdr)}.`;
  const details = detailLines(facts);
  const rows = ringRows(table);
  return {
    lines: [
      verdict,
      ...details,
      ...(rows.length === 0
        ? []
        : [
            formatTable(
              ['group', 'wallets', 'score', 'volume in it', 'left no position', 'q', 'flagged'],
              rows
                .slice(0, N_LINES)
                .map((own) => [
                  String(own.ring_id),
                  String(own.ring_size),
                  own.ring_score.toFixed(2),
                  `${own.closed_share_pct.toFixed(0)} %`,
                  `${own.round_trip_share_pct.toFixed(0)} %`,
                  own.q_value.toFixed(3),
                  own.is_flagged === 1 ? 'yes' : 'no',
                ]),
            ),
          ]),
    ],
    blocks: [
      ...verdictBlocks(verdict, 'How it was found', [
        ...details,
        'A wallet stays in a group while at least half of all its volume went to wallets of the group and came back from them. Scores are compared with networks in which makers of matches of about one size change places, so that each wallet has as many matches and as much volume as before.',
      ]),
      ...(rows.length === 0
        ? []
        : [
            sharesBlock(table),
            {
              kind: 'table' as const,
              caption:
                'Near-closed groups, the highest score first; q is the false discovery rate at which each is flagged.',
              header: [
                'group',
                'wallets',
                'score',
                'volume in it, %',
                'left no position, %',
                'shares',
                'p',
                'q',
                'flagged',
              ],
              rows: rows
                .slice(0, N_ROWS)
                .map((own) => [
                  own.ring_id,
                  own.ring_size,
                  own.ring_score,
                  own.closed_share_pct,
                  own.round_trip_share_pct,
                  own.matched_shares,
                  own.p_value,
                  own.q_value,
                  own.is_flagged === 1 ? 'yes' : 'no',
                ]),
            },
          ]),
    ],
    limits: [
      'Wash trading is looked for in groups of 50 wallets at most that trade mostly with each other; a ring that hides half of its volume among others is not found.',
      'Two honest wallets that trade nothing but one quiet market, back and forth, look like a ring.',
    ],
  };
}
