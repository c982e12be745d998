/** The bets of one UTC day that a rule may speak of. Sums are made by Polars; only the fills of these bets become objects. */
import { betsOf } from '../alerts/rules/bets.ts';
import type { Bet, LiveFill } from '../alerts/rules/facts.ts';
import { RULE_SETTINGS } from '../alerts/rules/rule.ts';
import { percentile } from '../evaluate/percentile.ts';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import { BET_MIN_USD } from './largest_bettors.ts';

export interface DaySpan {
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

export interface DayBets {
  readonly bets: readonly Bet[];
  /** Largest bet of a wallet at the percentile of the high-conviction rule, USD; NaN without bets. */
  readonly largestBetCutUsd: number;
  /** `tx wallet` of matches in which a wallet of these bets took both sides. */
  readonly selfMatches: ReadonlySet<string>;
}

const BET_KEY = ['wallet', 'market_id', 'outcome_index', 'side'];
const COLUMNS = [
  ...['ts_ms', 'venue', 'market_id', 'event_id', 'outcome_index', 'wallet', 'role', 'side', 'price', 'shares'],
  ...['amount_usd', 'tx', 'fill_id'],
];
const HAS_WALLET = pl.col('wallet').isNotNull();

/** USD of every bet: all fills of one wallet on one side of one outcome. */
function betSums(trades: Table, between: DaySpan): Promise<DataFrame> {
  return collectParts(trades, {
    between,
    where: HAS_WALLET,
    query: (rows) => rows.groupBy(BET_KEY).agg(pl.col('amount_usd').sum().alias('usd')),
  });
}

/** Of a wallet whose past is not known no rule speaks below this, USD: it has no score, and is never fresh. */
const STRANGER_MIN_USD = RULE_SETTINGS.nearShare * RULE_SETTINGS.convictionFloorUsd;

/** Wallets of which more than their large bets may be worth a look. */
export interface KnownWallets {
  /** Those whose past is known. */
  readonly withHistory: ReadonlySet<string>;
  /** Those that a model or 02 has something to say about: their largest bet is wanted, whatever its size. */
  readonly watched: ReadonlySet<string>;
}

/** The bets that a rule may speak of. */
function chooseBets(sums: DataFrame, { withHistory, watched }: KnownWallets): DataFrame {
  const wallets = toTexts(sums, 'wallet') as string[];
  const usd = toNumbers(sums, 'usd');
  const largest = new Map<string, number>();
  wallets.forEach((wallet, row) => {
    const before = largest.get(wallet);
    if (watched.has(wallet) && (before === undefined || usd[row] > usd[before])) largest.set(wallet, row);
  });
  const minUsd = (wallet: string): number => (withHistory.has(wallet) ? BET_MIN_USD : STRANGER_MIN_USD);
  const isChosen = Array.from(
    usd,
    (amount, row) => amount >= minUsd(wallets[row]) || largest.get(wallets[row]) === row,
  );
  return sums.filter(pl.Series('is_chosen', isChosen, pl.Bool)).select(...BET_KEY);
}

function largestBetCut(sums: DataFrame): number {
  const largest = sums
    .filter(pl.col('side').eq(pl.lit('BUY')))
    .groupBy(['wallet'])
    .agg(pl.col('usd').max().alias('usd'));
  return percentile(toNumbers(largest, 'usd'), RULE_SETTINGS.convictionPercentile);
}

/** `tx wallet` where one of the wallets of `bets` took both sides of a match. */
async function selfMatches(trades: Table, between: DaySpan, bets: DataFrame): Promise<Set<string>> {
  const bettors = bets.select('wallet').unique();
  const isOther = pl.col('side').eq(pl.lit('SELL')).cast(pl.Int32);
  const sideTaken = pl.col('outcome_index').cast(pl.Int32).plus(isOther).modulo(pl.lit(2)).alias('taken');
  const found = await collectParts(trades, {
    between,
    where: HAS_WALLET.and(pl.col('tx').isNotNull()),
    query: (rows: LazyDataFrame) =>
      rows
        .select(pl.col('tx'), pl.col('wallet'), pl.col('market_id'), sideTaken)
        .join(bettors.lazy(), { on: 'wallet', how: 'inner' })
        .groupBy(['tx', 'wallet', 'market_id'])
        .agg(pl.col('taken').nUnique().alias('n'))
        .filter(pl.col('n').eq(pl.lit(2))),
  });
  const wallets = toTexts(found, 'wallet');
  return new Set(toTexts(found, 'tx').map((tx, row) => `${tx} ${wallets[row]}`));
}

function fillOf(row: Record<string, unknown>, receivedMs: number): LiveFill {
  return {
    fillId: String(row.fill_id),
    tsMs: Number(row.ts_ms),
    receivedMs,
    venue: row.venue as string,
    marketId: row.market_id as string,
    eventId: row.event_id as string | null,
    outcomeIndex: Number(row.outcome_index) === 0 ? 0 : 1,
    wallet: row.wallet as string,
    role: row.role as LiveFill['role'],
    side: row.side as LiveFill['side'],
    price: row.price as number,
    shares: row.shares as number,
    amountUsd: row.amount_usd as number,
    tx: row.tx as string | null,
  };
}

/**
 * The bets of a day.
 * @param receivedMs when this machine had the trades
 */
export async function dayBets(
  trades: Table,
  between: DaySpan,
  wallets: KnownWallets,
  receivedMs: number,
): Promise<DayBets> {
  const sums = await betSums(trades, between);
  const chosen = chooseBets(sums, wallets);
  const fills = await collectParts(trades, {
    between,
    columns: COLUMNS,
    where: HAS_WALLET,
    query: (rows) =>
      rows.join(chosen.lazy(), { on: BET_KEY, how: 'inner' }).withColumn(pl.col('fill_id').cast(pl.Utf8)),
  });
  return {
    bets: betsOf((fills.sort('ts_ms').toRecords() as Record<string, unknown>[]).map((row) => fillOf(row, receivedMs))),
    largestBetCutUsd: largestBetCut(sums),
    selfMatches: await selfMatches(trades, between, chosen),
  };
}
