/** What a day of the stream has found of what was planted in it. */
import { formatTable } from '../run/console.ts';
import type { StreamDay } from './stream_day.ts';

export interface Found {
  readonly nPlanted: number;
  readonly nFound: number;
  /** Planted at the first trade of the day in their markets, which have no baseline then. */
  readonly nFirsts: number;
  readonly nFirstsFound: number;
  /** Alerts about other trades. */
  readonly nOthers: number;
  /** Share of the alerts that are about planted trades; null without any. */
  readonly precision: number | null;
  /** Share of the planted trades that were alerted. */
  readonly recall: number;
}

const share = (value: number): number => Math.round(1000 * value) / 1000;

/** @param alerted ids of the trades that an alert was sent about */
export function foundOf(
  { planted, firsts }: Pick<StreamDay, 'planted' | 'firsts'>,
  alerted: ReadonlySet<string>,
): Found {
  const nIn = (some: ReadonlySet<string>): number => [...some].filter((id) => alerted.has(id)).length;
  const nFound = nIn(planted);
  return {
    nPlanted: planted.size,
    nFound,
    nFirsts: firsts.size,
    nFirstsFound: nIn(firsts),
    nOthers: alerted.size - nFound,
    precision: alerted.size === 0 ? null : share(nFound / alerted.size),
    recall: share(nFound / planted.size),
  };
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`);

/** A table with the whales of markets with a baseline, those of markets without, and all. */
export function formatFound({ nPlanted, nFound, nFirsts, nFirstsFound, nOthers }: Found): string {
  const rows: [string, number, number][] = [
    ['among earlier trades of their market', nPlanted - nFirsts, nFound - nFirstsFound],
    ["at their market's first trade of the day", nFirsts, nFirstsFound],
    ['all', nPlanted, nFound],
  ];
  const table = formatTable(
    ['planted whales', 'planted', 'found', 'recall'],
    rows.map(([name, n, found]) => [name, String(n), String(found), percent(found, n)]),
  );
  const nAlerts = nFound + nOthers;
  return `${table}\nAlerts: ${nAlerts}, of them ${nOthers} about trades that were not planted (precision ${percent(nFound, nAlerts)}).`;
}
