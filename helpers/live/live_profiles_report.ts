/** What the live profiles say: how much there is of which time, and who bought most. */
import type { Block } from '../charts/section.ts';
import { DAY_MS, isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { shortWallet } from '../run/words.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { Leader } from './leaderboard.ts';
import type { LiveWindow } from './live_options.ts';

export const LIVE_PROFILES_SECTION: SectionPlace = {
  id: 'live_profiles',
  order: 1500,
  title: 'Who bought most in the last day?',
};

export interface LiveProfilesFacts {
  readonly window: LiveWindow;
  readonly nFills: number;
  readonly nMarkets: number;
  readonly nWallets: number;
  readonly nHistories: number;
  readonly nWithoutHistory: number;
  readonly lookbackMs: number;
  readonly leaders: readonly Leader[];
  readonly folder: string;
}

const HEADER = ['wallet', 'bought $', 'fills', 'markets', 'largest $', 'known d', 'pnl $', 'win %'];

function rowOf(leader: Leader): (string | number | null)[] {
  const { wallet, boughtUsd, nFills, nMarkets, largestFillUsd, tenureDays, pnlUsd, winRatePct } = leader;
  const whole = (value: number | null): number | null => (value === null ? null : Math.round(value));
  const days = tenureDays === null ? null : Number(tenureDays.toFixed(1));
  return [wallet, whole(boughtUsd), nFills, nMarkets, whole(largestFillUsd), days, whole(pnlUsd), whole(winRatePct)];
}

/** `2026-01-08 00:00 to 2026-01-09 00:00 UTC` */
export function windowWords({ sinceMs, untilMs }: LiveWindow): string {
  const minute = (ms: number): string => isoTime(ms).slice(0, 16).replace('T', ' ');
  return `${minute(sinceMs)} to ${minute(untilMs)} UTC`;
}

function sentences(facts: LiveProfilesFacts): string[] {
  const { window, nFills, nMarkets, nWallets, nHistories, nWithoutHistory, lookbackMs } = facts;
  return [
    `${windowWords(window)}: ${formatCount(nFills)} fills in ${formatCount(nMarkets)} markets; profiles of ${formatCount(nWallets)} wallets.`,
    `The earlier trades of ${formatCount(nHistories)} wallets with large bets are known too, ${formatCount(lookbackMs / DAY_MS)} days back.`,
    ...(nWithoutHistory > 0
      ? [
          `${formatCount(nWithoutHistory)} more wallets had large bets; nothing is known of their past (--history-wallets).`,
        ]
      : []),
  ];
}

export function presentLiveProfiles(facts: LiveProfilesFacts): Presentation {
  const { leaders, folder } = facts;
  const lines = sentences(facts);
  const rows = leaders.map(rowOf);
  const short = rows.map(([wallet, ...rest]) => [
    shortWallet(String(wallet)),
    ...rest.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : '–')),
  ]);
  const table: Block = {
    kind: 'table',
    header: HEADER,
    rows,
    caption: 'Wallets by USD bought in the window. Profit and win rate are of all that is known of the wallet.',
  };
  return {
    lines: [...(rows.length > 0 ? [formatTable(HEADER, short)] : []), ...lines, `Tables and dated copies: ${folder}`],
    blocks: [
      { kind: 'verdict', tone: 'neutral', text: lines[0] },
      ...lines.slice(1).map((text) => ({ kind: 'paragraph' as const, text })),
      ...(rows.length > 0 ? [table] : []),
    ],
  };
}
