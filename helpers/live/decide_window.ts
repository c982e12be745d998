/** From the live tables to decisions: the bets of each UTC day of a window, each with what was known, judged by the rules. */
import type { AlertRecord } from '../alerts/record.ts';
import { decideBets } from '../alerts/rules/decisions.ts';
import type { Bet, BetFacts, WalletAsOf } from '../alerts/rules/facts.ts';
import { RULE_SETTINGS } from '../alerts/rules/rule.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { DAY_MS, isoDay } from '../run/clock.ts';
import type { Run } from '../run/script.ts';
import { collectParts } from '../tables/read_parts.ts';
import { readTable } from '../tables/table_store.ts';
import { type DayBets, type DaySpan, dayBets } from './day_bets.ts';
import type { LiveWindow } from './live_options.ts';
import { profilesAsOf } from './live_profiles.ts';
import type { LiveTables } from './refresh.ts';
import type { ModelScores } from './wallet_scores.ts';

/** The UTC days of a window, the first and the last cut off by it. */
export function daysOf({ sinceMs, untilMs }: LiveWindow): DaySpan[] {
  const days: DaySpan[] = [];
  for (let fromMs = sinceMs; fromMs < untilMs; ) {
    const endMs = Math.min(untilMs, (Math.floor(fromMs / DAY_MS) + 1) * DAY_MS);
    days.push({ fromMs, untilMs: endMs });
    fromMs = endMs;
  }
  return days;
}

function recordsByKey(frame: DataFrame, key: string): Map<string, Record<string, unknown>> {
  const rows = frame.toRecords() as Record<string, unknown>[];
  return new Map(rows.map((row) => [row[key] as string, row]));
}

/** Rows of a frame whose key is in a set. */
function rowsOf(frame: DataFrame, key: string, wanted: ReadonlySet<string>): Map<string, Record<string, unknown>> {
  const wantedFrame = pl.DataFrame({ [key]: [...wanted] }, { schema: { [key]: pl.Utf8 } });
  return recordsByKey(frame.join(wantedFrame, { on: key, how: 'inner' }), key);
}

const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));

/** Profiles as of the begin of a day; none when no trade lies before. */
async function walletsBefore(
  run: Run,
  tables: LiveTables,
  dayMs: number,
  wallets: ReadonlySet<string>,
): Promise<Map<string, Record<string, unknown>>> {
  const before = await collectParts(tables.trades, {
    between: { untilMs: dayMs },
    query: (rows) => rows.select(pl.len().alias('n')),
  });
  if (Number(before.getColumn('n').get(0)) === 0) return new Map();
  return rowsOf(await profilesAsOf(run, tables, dayMs), 'wallet', wallets);
}

function walletAsOf(
  row: Record<string, unknown> | undefined,
  historyFromMs: number,
  makerSharePct: number | null,
): WalletAsOf | null {
  if (row === undefined) return null;
  const firstFillMs = Number(row.first_fill_ms);
  return {
    firstFillMs,
    // A wallet that is there from the begin of what is known may be older.
    isCensored: firstFillMs - historyFromMs < RULE_SETTINGS.freshAgeMs,
    nFills: Number(row.n_fills),
    nMarkets: Number(row.diversification_markets_count),
    fillsPerDay: Number(row.frequency_trades_daily),
    makerSharePct: numberOrNull(row.maker_share_pct) ?? makerSharePct,
    totalInvestedUsd: Number(row.total_invested),
  };
}

function marketAsOf(row: Record<string, unknown> | undefined): BetFacts['market'] {
  return {
    question: (row?.question ?? null) as string | null,
    slug: (row?.slug ?? null) as string | null,
    outcomes: [(row?.outcome_0 ?? 'outcome 0') as string, (row?.outcome_1 ?? 'outcome 1') as string],
    category: (row?.domain ?? 'other') as string,
    closeMs: numberOrNull(row?.close_ms),
    // The tables begin with the window: what was traded before is not in them.
    volumeBeforeUsd: null,
  };
}

interface Known {
  readonly tables: LiveTables;
  readonly scores: readonly ModelScores[];
  readonly shares: ReadonlyMap<string, number>;
  readonly wallets: ReadonlyMap<string, Record<string, unknown>>;
  readonly markets: ReadonlyMap<string, Record<string, unknown>>;
}

function factsOf(bet: Bet, day: DaySpan, { largestBetCutUsd, selfMatches }: DayBets, known: Known): BetFacts {
  const { tables, scores, shares, wallets, markets } = known;
  const { wallet } = bet;
  const historyFromMs = tables.historyWallets.has(wallet) ? tables.historyFromMs : tables.coveredFromMs;
  const scoreOf = (rule: ModelScores['rule']) => scores.find((one) => one.rule === rule)?.scores.get(wallet) ?? null;
  return {
    bet,
    wallet: walletAsOf(wallets.get(wallet), historyFromMs, shares.get(wallet) ?? null),
    market: marketAsOf(markets.get(bet.marketId)),
    // Clusters have no numbers that outlive a training: none is watched.
    scores: { anomaly: scoreOf('anomaly'), redFlags: scoreOf('redFlags'), cluster: null },
    day: { largestBetCutUsd, historyFromMs, day: isoDay(day.fromMs) },
    around: { isSelfMatch: bet.txs.some((tx) => selfMatches.has(`${tx} ${wallet}`)), washRingSize: null },
  };
}

/** Wallets that a model flags, or nearly. */
function watchedWallets(scores: readonly ModelScores[]): Set<string> {
  const near = RULE_SETTINGS.nearShare;
  return new Set(
    scores.flatMap((one) =>
      [...one.scores].flatMap(([wallet, { score, bar }]) => (score >= near * bar ? [wallet] : [])),
    ),
  );
}

export interface WindowDecisions {
  readonly records: readonly AlertRecord[];
  readonly nBets: number;
}

/**
 * What the rules decide about the days of the window, the strongest alerts first within each day. The same tables and models give the
 * same decisions, but for the times of receipt and decision.
 * @param shares of fills as maker, 0..100, where the tables tell no roles
 * @param nowMs time of the decision
 */
export async function decideWindow(
  run: Run,
  tables: LiveTables,
  { scores, shares }: Pick<Known, 'scores' | 'shares'>,
  nowMs: number,
): Promise<WindowDecisions> {
  const watched = watchedWallets(scores);
  const allMarkets = readTable(tables.markets);
  const records: AlertRecord[] = [];
  let nBets = 0;
  for (const day of daysOf(tables.window)) {
    const found = await dayBets(tables.trades, day, watched, nowMs);
    const { bets } = found;
    nBets += bets.length;
    const wallets = await walletsBefore(run, tables, day.fromMs, new Set(bets.map((bet) => bet.wallet)));
    const markets = rowsOf(allMarkets, 'market_id', new Set(bets.map((bet) => bet.marketId)));
    const known = { tables, scores, shares, wallets, markets };
    records.push(
      ...decideBets(
        bets.map((bet) => factsOf(bet, day, found, known)),
        nowMs,
      ),
    );
  }
  return { records, nBets };
}
