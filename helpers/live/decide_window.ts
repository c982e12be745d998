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
import { MatchVolumes, matchVolumes } from './match_volumes.ts';
import type { LiveTables } from './refresh.ts';
import type { TakerFills } from './taker_fills.ts';
import type { WalletClusters } from './wallet_clusters.ts';
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

function marketAsOf(row: Record<string, unknown> | undefined, volumeBeforeUsd: number | null): BetFacts['market'] {
  return {
    question: (row?.question ?? null) as string | null,
    slug: (row?.slug ?? null) as string | null,
    outcomes: [(row?.outcome_0 ?? 'outcome 0') as string, (row?.outcome_1 ?? 'outcome 1') as string],
    category: (row?.domain ?? 'other') as string,
    closeMs: numberOrNull(row?.close_ms),
    volumeBeforeUsd,
  };
}

/** What is known of wallets beside their trades. */
export interface WalletFacts {
  readonly scores: readonly ModelScores[];
  readonly takers: ReadonlyMap<string, TakerFills>;
  readonly clusters: WalletClusters;
  /** What was decided before, in earlier looks. */
  readonly earlier?: readonly AlertRecord[];
}

/** Share of a purchase that others took, as far as the service told what the wallet took; null where it did not. */
function restingShare(
  { side, outcomeIndex, amountUsd }: Bet,
  market: Record<string, unknown> | undefined,
  takers: TakerFills | undefined,
): number | null {
  const token = market?.[`token_${outcomeIndex}`] as string | null | undefined;
  if (side !== 'BUY' || !token || !takers?.boughtUsd) return null;
  return Math.max(0, 1 - (takers.boughtUsd[token] ?? 0) / amountUsd);
}

interface Known extends WalletFacts {
  readonly tables: LiveTables;
  readonly wallets: ReadonlyMap<string, Record<string, unknown>>;
  readonly markets: ReadonlyMap<string, Record<string, unknown>>;
  /** Size of the wash ring of each wallet that is in one. */
  readonly rings: ReadonlyMap<string, number>;
  readonly volumes: MatchVolumes;
}

function factsOf(bet: Bet, day: DaySpan, { largestBetCutUsd, selfMatches }: DayBets, known: Known): BetFacts {
  const { tables, scores, takers, rings, clusters, wallets, markets, volumes } = known;
  const { wallet, marketId } = bet;
  const clusterId = clusters.ids.get(wallet);
  const historyFromMs = tables.historyWallets.has(wallet) ? tables.historyFromMs : tables.coveredFromMs;
  const scoreOf = (rule: ModelScores['rule']) => scores.find((one) => one.rule === rule)?.scores.get(wallet) ?? null;
  const market = markets.get(marketId);
  return {
    bet: { ...bet, makerShare: bet.makerShare ?? restingShare(bet, market, takers.get(wallet)) },
    wallet: walletAsOf(wallets.get(wallet), historyFromMs, takers.get(wallet)?.makerSharePct ?? null),
    market: marketAsOf(market, volumes.before(marketId, bet.firstMs)),
    scores: {
      anomaly: scoreOf('anomaly'),
      redFlags: scoreOf('redFlags'),
      cluster:
        clusterId === undefined || clusters.modelRun === null ? null : { id: clusterId, modelRun: clusters.modelRun },
    },
    day: { largestBetCutUsd, historyFromMs, day: isoDay(day.fromMs) },
    around: {
      isSelfMatch: bet.txs.some((tx) => selfMatches.has(`${tx} ${wallet}`)),
      washRingSize: rings.get(wallet) ?? null,
    },
  };
}

/** Wallets that a model flags, or nearly, and those of watched clusters. */
function watchedWallets({ scores, clusters }: WalletFacts): Set<string> {
  const near = RULE_SETTINGS.nearShare;
  const scored = scores.flatMap((one) =>
    [...one.scores].flatMap(([wallet, { score, bar }]) => (score >= near * bar ? [wallet] : [])),
  );
  const clustered = [...clusters.ids].flatMap(([wallet, id]) =>
    RULE_SETTINGS.targetClusters.includes(id) ? [wallet] : [],
  );
  return new Set([...scored, ...clustered]);
}

export interface WindowDecisions {
  readonly records: readonly AlertRecord[];
  readonly nBets: number;
}

/** The bets of one day with what is known of them, but for what is only asked of the few that a rule speaks of. */
interface DayOfBets {
  readonly span: DaySpan;
  readonly found: DayBets;
  readonly known: Omit<Known, 'rings' | 'volumes'>;
}

async function dayOfBets(
  run: Run,
  tables: LiveTables,
  facts: WalletFacts,
  { span, allMarkets, nowMs }: { readonly span: DaySpan; readonly allMarkets: DataFrame; readonly nowMs: number },
): Promise<DayOfBets> {
  const asked = { withHistory: tables.historyWallets, watched: watchedWallets(facts) };
  const found = await dayBets(tables.trades, span, asked, nowMs);
  const { bets } = found;
  const wallets = await walletsBefore(run, tables, span.fromMs, new Set(bets.map((bet) => bet.wallet)));
  const markets = rowsOf(allMarkets, 'market_id', new Set(bets.map((bet) => bet.marketId)));
  return { span, found, known: { ...facts, tables, wallets, markets } };
}

/**
 * What the rules decide about the days of the window, the strongest alerts first within each day. The same tables and models give the
 * same decisions, but for the times of receipt and decision.
 * @param findRings size of the wash ring of each of some wallets that is in one
 * @param nowMs time of the decision
 */
export async function decideWindow(
  run: Run,
  tables: LiveTables,
  facts: WalletFacts,
  findRings: (wallets: ReadonlySet<string>) => Promise<ReadonlyMap<string, number>>,
  nowMs: number,
): Promise<WindowDecisions> {
  const allMarkets = readTable(tables.markets);
  const days: DayOfBets[] = [];
  for (const span of daysOf(tables.window)) days.push(await dayOfBets(run, tables, facts, { span, allMarkets, nowMs }));
  const decide = (asked: Pick<Known, 'rings' | 'volumes'>): AlertRecord[] =>
    days.flatMap(({ span, found, known }) =>
      decideBets(
        found.bets.map((bet) => factsOf(bet, span, found, { ...known, ...asked })),
        nowMs,
        facts.earlier,
      ),
    );
  // Of millions of fills few are spoken of: rings and volumes are looked for where they are.
  const first = decide({ rings: new Map(), volumes: new MatchVolumes() });
  const marketIds = new Set(first.flatMap(({ marketId }) => marketId ?? []));
  const spoken = first.filter(({ verdict }) => verdict !== 'near_miss').flatMap(({ wallet }) => wallet ?? []);
  const rings = spoken.length === 0 ? new Map<string, number>() : await findRings(new Set(spoken));
  const records = decide({ rings, volumes: await matchVolumes(tables, marketIds) });
  return { records, nBets: days.reduce((n, { found }) => n + found.bets.length, 0) };
}
