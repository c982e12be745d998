/** Which wallets look most like insiders, why, and how far that can be trusted, in lines and in a table. */
import type { Block, TableBlock } from '../charts/section.ts';
import type { DataFrame } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { counted, listed } from '../run/words.ts';
import type { RedFlagFacts } from './red_flags.ts';
import type { StatedPrecision } from './stated_precision.ts';

const N_LINES = 5;
const N_ROWS = 20;
/** The style and size that the sentence speaks of. */
const TOLD = { style: 'choosing_single_buy', medianUsd: 2_500, baseRate: 0.005 };
const N_SHORT = 10;

/** What missing evidence is called, and why a tape does not have it. */
const MISSING: Readonly<Record<string, string>> = {
  taker_pct: 'takes or offers (the tape has not both makers and takers)',
  excess_price: 'result of the outcome (unresolved)',
  hours_to_resolution: 'time before the resolution (unresolved, or bought after it)',
};

type FlagRow = Readonly<Record<string, string | number | boolean | null>>;

function topRows(table: DataFrame, nMax: number): FlagRow[] {
  const ranked = table.sort({ by: 'rank', nullsLast: true });
  return (ranked.head(nMax).toRecords() as FlagRow[]).filter(({ rank }) => rank !== null);
}

/** The list in one sentence. */
function formatVerdict({ nRanked, nWallets, floorUsd, budget, precision }: RedFlagFacts): string {
  const told = precision.find(
    ({ style, medianUsd, baseRate }) =>
      style === TOLD.style && medianUsd === TOLD.medianUsd && baseRate === TOLD.baseRate,
  );
  const who = `Red flags rank ${formatCount(nRanked)} of ${counted(nWallets, 'wallet')}`;
  if (told === undefined || nRanked === 0)
    return `${who}, those that put $${formatCount(floorUsd)} or more on one outcome.`;
  return `${who}; of the first ${Math.min(budget, nRanked)}, ${told.mean.toFixed(1)} (${told.low} to ${told.high}) would be planted ones.`;
}

/** What the tape cannot give, or null when it gives everything. */
function formatMissing({ missing }: RedFlagFacts): string | null {
  if (missing.length === 0) return null;
  const parts = missing.map(({ name, share }) => {
    const what = MISSING[name] ?? name;
    return share === 1 ? what : `${what} for ${Math.max(1, Math.round(100 * share))} % of the ranked`;
  });
  return `Left out, for the tape does not tell: ${listed(parts)}.`;
}

const NO_RATE = `That is if ${100 * TOLD.baseRate} % of wallets were insiders who bet once, about $${formatCount(TOLD.medianUsd)}. One bet that won proves no more than its price, so no false discovery rate is promised for these wallets: the list is a budget of where to look first.`;

/** The first wallets with their reasons, and how far the list can be trusted. */
export function formatRedFlags(table: DataFrame, facts: RedFlagFacts): string[] {
  const rows = topRows(table, N_LINES).map((row) => [
    `${String(row.wallet).slice(0, N_SHORT)}…`,
    Number(row.insider_evidence).toFixed(1),
    formatCount(Number(row.stake_usd)),
    String(row.reasons),
  ]);
  const missing = formatMissing(facts);
  return [
    formatTable(['most red flags', 'bits', 'stake $', 'because'], rows),
    formatVerdict(facts),
    ...(missing === null ? [] : [missing]),
  ];
}

function listTable(table: DataFrame): TableBlock {
  return {
    kind: 'table',
    caption: 'Wallets with the most red flags. A red flag is a reason to look, not proof.',
    header: ['rank', 'wallet', 'evidence, bits', 'stake, USD', 'reasons'],
    rows: topRows(table, N_ROWS).map((row) => [
      Number(row.rank),
      String(row.wallet),
      Math.round(10 * Number(row.insider_evidence)) / 10,
      Math.round(Number(row.stake_usd)),
      String(row.reasons),
    ]),
  };
}

/** A style as people read it. */
const styleText = ({ style, medianUsd }: StatedPrecision): string =>
  `${style.replace('choosing_', '').replaceAll('_', ' ')}, $${formatCount(medianUsd)}`;

function precisionTable({ precision }: RedFlagFacts): TableBlock {
  const rates = [...new Set(precision.map(({ baseRate }) => baseRate))];
  const styles = [...new Set(precision.map(styleText))];
  return {
    kind: 'table',
    caption: `Planted wallets among the first ${precision[0]?.nFirst ?? 0}, mean and 95 % interval, if insiders were so many of all wallets and behaved like a style (median bet). All wallets of the tape count as no insiders, so a true one among them makes the figures too low.`,
    header: ['style', ...rates.map((rate) => `${100 * rate} % insiders`)],
    rows: styles.map((style) => [
      style,
      ...rates.map((rate) => {
        const own = precision.find((row) => styleText(row) === style && row.baseRate === rate)!;
        return `${own.mean.toFixed(1)} (${own.low} to ${own.high})`;
      }),
    ]),
  };
}

/** Blocks of the report. */
export function redFlagBlocks(table: DataFrame, facts: RedFlagFacts): Block[] {
  const missing = formatMissing(facts);
  return [
    { kind: 'verdict', tone: 'neutral', text: formatVerdict(facts) },
    { kind: 'paragraph', text: missing === null ? NO_RATE : `${NO_RATE} ${missing}` },
    {
      kind: 'details',
      summary: 'Who has the most red flags, and how many of the first would be planted ones',
      blocks: [listTable(table), precisionTable(facts)],
    },
  ];
}
