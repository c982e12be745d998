/** Who shows signs of an insider, a whale, a wash trader or a copy trader, in lines and in a table. */
import type { Block, TableBlock } from '../charts/section.ts';
import type { DataFrame } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { SignCounts } from './wallet_signs.ts';

const N_LINES = 5;
const N_ROWS = 15;

type SignRow = Readonly<Record<string, string | number | boolean | null>>;

/** A wallet in as few characters as tell it from others. */
export const shortened = (wallet: unknown): string => `${String(wallet).slice(0, 10)}…`;

/** A flag in words, and how sure it is. */
function flagWord({ is_insider_flagged, is_insider_borderline }: SignRow): string {
  return `${is_insider_flagged === true ? 'yes' : 'no'}${is_insider_borderline === true ? ', borderline' : ''}`;
}

function topRows(signs: DataFrame, nMax: number): SignRow[] {
  return signs.sort({ by: 'insider_score', descending: true, maintainOrder: true }).head(nMax).toRecords() as SignRow[];
}

/** How many wallets are flagged by signs, in one sentence. */
function formatVerdict(counts: SignCounts): string {
  const kinds = Object.entries(counts).map(([kind, { nFlagged }]) => `${formatCount(nFlagged)} as ${kind}`);
  return `Signs flag ${kinds.join(', ')}; a sign is a reason to look, not proof.`;
}

/** What the flags were compared with, and how sure they are. */
function formatSampling(counts: SignCounts): string {
  const kinds = Object.entries(counts).map(([kind, { nBorderline, nSampled }]) => {
    const borderline = nBorderline === 0 ? '' : `, ${formatCount(nBorderline)} borderline`;
    return `${kind} ${formatCount(nSampled)}${borderline}`;
  });
  const hasBorderline = Object.values(counts).some(({ nBorderline }) => nBorderline > 0);
  const meaning = hasBorderline ? ' More of them might flag a borderline wallet, or not.' : '';
  return `Synthetic wallets in the likeness of all that the flags were compared with: ${kinds.join('; ')}.${meaning}`;
}

/** The wallets with the most signs of an insider, and flags by set. */
export function formatSigns(signs: DataFrame, counts: SignCounts): string[] {
  const rows = topRows(signs, N_LINES).map((row) => [
    shortened(row.wallet),
    Number(row.insider_score).toFixed(3),
    Number(row.insider_p_value).toFixed(5),
    flagWord(row),
  ]);
  return [
    formatTable(['most signs of an insider', 'score', 'p', 'flagged'], rows),
    formatVerdict(counts),
    formatSampling(counts),
  ];
}

function signTable(signs: DataFrame): TableBlock {
  return {
    kind: 'table',
    caption: 'Wallets with the most signs of an insider.',
    header: ['wallet', 'insider signs', 'p', 'flagged', 'whale signs'],
    rows: topRows(signs, N_ROWS).map((row) => [
      String(row.wallet),
      Number(row.insider_score),
      Number(row.insider_p_value),
      flagWord(row),
      Number(row.whale_score),
    ]),
  };
}

export function signBlocks(signs: DataFrame, counts: SignCounts): Block[] {
  return [
    { kind: 'verdict', tone: 'neutral', text: formatVerdict(counts) },
    {
      kind: 'details',
      summary: 'Who shows the most signs of an insider',
      blocks: [signTable(signs), { kind: 'paragraph', text: formatSampling(counts) }],
    },
  ];
}
