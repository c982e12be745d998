/** What the scan says: how many markets there are, which are watched, and what stopped the others. */
import { DAY_MS, isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { ScanFacts } from './scan_markets.ts';
import type { WatchedMarket } from './watch_list.ts';

export const SCAN_SECTION: SectionPlace = {
  id: 'scan_markets',
  order: 1900,
  title: 'Which open markets are worth watching?',
};

const HEADER = ['market', 'category', 'bid', 'ask', '24 h', 'all', 'closes in d', 'title'];
const N_SHOWN = 20;
const N_LINES = 10;

export function presentScan(facts: ScanFacts): Presentation {
  const { scannedMs, nMarkets, nPages, isResumed, stopped, watched, context, folder } = facts;
  const rowOf = (market: WatchedMarket): (string | number)[] => [
    market.ticker,
    market.category,
    market.bid,
    market.ask,
    Math.round(market.volume24h),
    Math.round(market.volume),
    Number(((market.closesMs - scannedMs) / DAY_MS).toFixed(1)),
    market.title,
  ];
  const why = Object.entries(stopped).sort((a, b) => b[1] - a[1]);
  const sentences = [
    `${isoTime(scannedMs).slice(0, 16).replace('T', ' ')} UTC: ${formatCount(nMarkets)} open markets on ${nPages} pages, ${formatCount(watched.length)} are watched${isResumed ? ' (an interrupted scan went on)' : ''}.`,
    ...(why.length === 0
      ? []
      : [`Not watched: ${why.map(([reason, n]) => `${formatCount(n)} ${reason}`).join(', ')}.`]),
    `The last trades of ${Object.keys(context).length} of them are kept beside their rules in ${folder}/watch_list.json.`,
  ];
  const rows = watched.slice(0, N_SHOWN).map(rowOf);
  return {
    lines: [...sentences, ...(rows.length === 0 ? [] : [formatTable(HEADER, rows.slice(0, N_LINES))])],
    blocks: [
      ...sentences.map((text) => ({ kind: 'paragraph' as const, text })),
      ...(rows.length === 0
        ? []
        : [
            {
              kind: 'table' as const,
              header: HEADER,
              rows,
              caption: `The ${rows.length} watched markets with the most trading in 24 hours; prices in USD, sizes in contracts.`,
            },
          ]),
    ],
    limits: [
      'A market that is watched is no market that is worth trading: prices, rules and trades are read, and nothing is judged.',
    ],
  };
}
