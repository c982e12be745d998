/** What became of the decisions: the trades of their markets since then are fetched, and each decision is followed there. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readDecisions } from '../alerts/outbox/outbox.ts';
import type { AlertRecord } from '../alerts/record.ts';
import { sideTaken } from '../alerts/rules/bets.ts';
import type { Followed } from '../alerts/score/follow.ts';
import type { GroupScore } from '../alerts/score/scorecard.ts';
import { fetchHistory } from '../fetch/fetch_history.ts';
import type { HttpPorts } from '../http/ports.ts';
import { importTrades } from '../import/import_trades.ts';
import { listInputs } from '../import/inputs.ts';
import { pl } from '../polars/polars.ts';
import { backtestMarkets, marketEncoder } from '../profit/scored_fills.ts';
import { DAY_MS, isoTime } from '../run/clock.ts';
import type { Run } from '../run/script.ts';
import { streamFolder } from '../stream/service.ts';
import { collectParts } from '../tables/read_parts.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTable, readTable, type Table } from '../tables/table_store.ts';
import { knownFetches } from './coverage.ts';
import { alertFolder } from './live_alerts.ts';
import type { LiveSettings } from './live_options.ts';
import { importOptions, runOf } from './refresh.ts';

const CONDITION_ID = /^0x[0-9a-f]{64}$/;

/** Decisions of the last `days` days about markets whose trades can be asked for, in the order of their time: of 16, and of 19. */
export function recentDecisions({ dataDir }: Pick<Run, 'dataDir'>, nowMs: number, days: number): AlertRecord[] {
  return [alertFolder(dataDir), join(streamFolder(dataDir), 'alerts')]
    .flatMap(readDecisions)
    .filter(({ marketId, decidedMs }) => CONDITION_ID.test(marketId ?? '') && decidedMs >= nowMs - days * DAY_MS)
    .sort((a, b) => a.decidedMs - b.decidedMs);
}

/**
 * The trades of the decisions' markets from the first day of a decision to `untilMs`, imported into a folder of their own.
 * @param records at least one, in the order of their time
 */
export async function fetchOutcomes(
  run: Run,
  records: readonly AlertRecord[],
  { addresses }: LiveSettings,
  untilMs: number,
  ports: HttpPorts,
): Promise<{ trades: Table; markets: Table }> {
  const dataDir = join(run.dataDir, 'live', 'scores');
  const markets = [...new Set(records.map(({ marketId }) => marketId as string))].sort();
  const sinceMs = Math.floor(records[0].decidedMs / DAY_MS) * DAY_MS;
  const words = {
    venue: 'polymarket' as const,
    since: isoTime(sinceMs),
    until: isoTime(untilMs),
    markets,
    wallets: [],
  };
  const raw = join(dataDir, '00_fetched', 'raw');
  const isOther = knownFetches(raw).some((known) => JSON.stringify(known.words) !== JSON.stringify(words));
  if (isOther) rmSync(dataDir, { recursive: true, force: true });
  await fetchHistory(await runOf(run, 'fetch_history', dataDir), { words, addresses }, { ports });
  await importTrades(await runOf(run, 'import_trades', dataDir), listInputs([raw]), importOptions());
  return { trades: openTable(dataDir, RAW_TRADES), markets: openTable(dataDir, MARKETS) };
}

/** What anybody could have followed: the fills of the days of the decisions. */
export async function readPool(
  trades: Table,
  records: readonly AlertRecord[],
  { numberOf }: OutcomeMarkets,
): Promise<Followed[]> {
  const fills = await collectParts(trades, {
    between: { untilMs: (Math.floor(records[records.length - 1].decidedMs / DAY_MS) + 1) * DAY_MS },
    where: pl
      .col('role')
      .isNull()
      .or(pl.col('role').neq(pl.lit('maker'))),
    columns: ['ts_ms', 'market_id', 'outcome_index', 'side', 'price'],
  });
  return (fills.toRecords() as Record<string, unknown>[]).flatMap((row): Followed[] => {
    const market = numberOf(row.market_id as string);
    const outcomeIndex = Number(row.outcome_index) === 0 ? 0 : 1;
    const side = row.side === 'SELL' ? 'SELL' : 'BUY';
    const taken = sideTaken({ side, outcomeIndex, price: row.price as number });
    return market < 0 ? [] : [{ tsMs: Number(row.ts_ms), market, ...taken }];
  });
}

/** Markets by number, as the back-test engine wants them. */
export interface OutcomeMarkets {
  readonly codes: ReturnType<typeof marketEncoder>;
  readonly markets: ReturnType<typeof backtestMarkets>;
  /** -1 of a market that is not there. */
  numberOf(id: string): number;
}

export function numberMarkets(table: Table): OutcomeMarkets {
  const all = readTable(table);
  const codes = marketEncoder();
  codes.fit(all);
  const markets = backtestMarkets(all, codes);
  const numbers = new Map(markets.ids.map((id, number) => [id, number]));
  return { codes, markets, numberOf: (id) => numbers.get(id) ?? -1 };
}

export interface AlertScores {
  readonly scores: readonly GroupScore[];
  readonly nDecisions: number;
  readonly nLeftOut: number;
}
