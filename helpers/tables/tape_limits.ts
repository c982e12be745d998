/** What of a tape limits what can be said from it: its length, its beginning, its smallest fill, roles, resolutions. */
import { DAY_MS } from '../run/clock.ts';
import { toNumbers } from './matrix.ts';
import { readPartsSync } from './read_parts.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from './schemas.ts';
import { openTableIfThere, readTable, type Table } from './table_store.ts';
import { firstTimestamp, lastTimestamp } from './time_range.ts';

/** A shorter tape shows few habits, days. */
const SHORT_DAYS = 30;
/** Fewer censored wallets than this share need no word. */
const CENSORED_SHARE_MIN = 0.05;
/** Fewer markets with a known outcome decide little: one piece of news moves many of them. */
const RESOLVED_MIN = 100;
/** A tape whose smallest hundredth of fills is below this is not cut, USD. */
const CUT_MIN_USD = 5;
/** Amounts pile up at a cut: a twentieth of the fills lie no further above the smallest hundredth than this factor. */
const PILE_FACTOR = 1.5;
/** Fills that are looked at for a cut, from the first parts. */
const FILLS_MAX = 200_000;

export interface TapeFacts {
  readonly nDays: number;
  readonly nWallets: number;
  /** Wallets that were there when the tape began, whose tenure is cut off. */
  readonly nCensored: number;
  /** Size at which the fills begin, USD, when smaller ones seem to be missing; else null. */
  readonly cutUsd: number | null;
  /** Of the wallets: whether roles are known for none, takers only, or both roles are there. */
  readonly roles: 'unknown' | 'takers only' | 'both';
  readonly nMarkets: number;
  readonly nResolved: number;
}

export type TapeLimit = 'short' | 'censored' | 'cut' | 'roles' | 'resolutions';

/** The size at which a tape was cut, or null: the amounts begin at a value and pile up above it. @param amounts USD */
export function cutAt(amounts: Float64Array): number | null {
  const sorted = amounts.filter((usd) => usd > 0).sort();
  if (sorted.length === 0) return null;
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)];
  return at(0.01) >= CUT_MIN_USD && at(0.05) <= PILE_FACTOR * at(0.01) ? sorted[0] : null;
}

function firstAmounts(trades: Table): Float64Array {
  const amounts: number[] = [];
  for (const fills of readPartsSync(trades, { columns: ['amount_usd'] })) {
    for (const usd of toNumbers(fills, 'amount_usd')) amounts.push(usd);
    if (amounts.length >= FILLS_MAX) break;
  }
  return Float64Array.from(amounts);
}

/**
 * The facts of a tape, or null before it has wallet profiles.
 * @throws InputError 'corrupt-file' for a damaged part
 */
export function tapeFacts(dataDir: string): TapeFacts | null {
  const trades = openTableIfThere(dataDir, RAW_TRADES);
  const table = openTableIfThere(dataDir, WALLET_PROFILES);
  const markets = openTableIfThere(dataDir, MARKETS);
  if (trades === null || table === null || markets === null || trades.manifest.rows === 0 || table.manifest.rows === 0)
    return null;
  const profiles = readTable(table);
  const makerShare = toNumbers(profiles, 'maker_share_pct').filter((share) => !Number.isNaN(share));
  const asOfMs = toNumbers(profiles, 'as_of_ms')[0];
  return {
    nDays: (lastTimestamp(trades) - firstTimestamp(trades)) / DAY_MS,
    nWallets: profiles.height,
    nCensored: toNumbers(profiles, 'tenure_is_censored').filter((flag) => flag === 1).length,
    cutUsd: cutAt(firstAmounts(trades)),
    roles: makerShare.length === 0 ? 'unknown' : makerShare.every((share) => share === 0) ? 'takers only' : 'both',
    nMarkets: markets.manifest.rows,
    nResolved: toNumbers(readTable(markets), 'resolved_ms').filter((ms) => ms < asOfMs).length,
  };
}

/** Which limits a tape has. */
export function limitsOf({ nDays, nWallets, nCensored, cutUsd, roles, nResolved }: TapeFacts): TapeLimit[] {
  return [
    ...(nDays < SHORT_DAYS ? (['short'] as const) : []),
    ...(nCensored >= CENSORED_SHARE_MIN * nWallets ? (['censored'] as const) : []),
    ...(cutUsd === null ? [] : (['cut'] as const)),
    ...(roles === 'both' ? [] : (['roles'] as const)),
    ...(nResolved < RESOLVED_MIN ? (['resolutions'] as const) : []),
  ];
}
