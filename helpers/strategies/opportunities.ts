/** The tape as strategies see it: every opportunity that a watcher names, with its cost and what came of it. */
import { encodeLabels } from '../evaluate/encode_labels.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { backtestMarkets, marketEncoder } from '../profit/scored_fills.ts';
import type { BacktestMarkets, Signals } from '../replay/model.ts';
import { IS_CANONICAL } from '../replay/tape.ts';
import type { Log } from '../run/console.ts';
import { prefetch } from '../run/prefetch.ts';
import type { LabelEncoder } from '../tables/label_encoder.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { readParts, selectParts } from '../tables/read_parts.ts';
import { readTable, type Table } from '../tables/table_store.ts';
import { takerFeeUsd } from '../venues/fees.ts';
import type { Opportunities } from './edges.ts';
import { createWatcher, type SeenTrade, type StrategyKind, type TestedKind, type Watcher } from './watchers.ts';

const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'side', 'price', 'amount_usd'];
/** Fees are rounded an order; a share's part of an order of so many is told. */
const FEE_SHARES = 100;

/** Markets of 10_markets by number, and the number of the event of each. */
export interface StrategyMarkets {
  readonly codes: LabelEncoder;
  readonly markets: BacktestMarkets;
  /** What its event is called. */
  readonly events: readonly string[];
  readonly eventOf: Int32Array;
}

export function openMarkets(table: Table): StrategyMarkets {
  const frame = readTable(table);
  const codes = marketEncoder();
  codes.fit(frame);
  const ids = toTexts(frame, 'market_id');
  const events = toTexts(frame, 'event_id').map((event, i) => event ?? `market ${ids[i]}`);
  const markets = backtestMarkets(frame, codes);
  return { codes, markets, events, eventOf: Int32Array.from(encodeLabels(events).codes) };
}

/** Opportunities of one strategy; row i is signal i of a replay, too. */
export interface StrategyOpportunities extends Opportunities, Signals {
  readonly kind: TestedKind;
  readonly cellNames: readonly string[];
}

/** Rows that grow. */
class Collector {
  private readonly rows = {
    tsMs: [] as number[],
    cell: [] as number[],
    market: [] as number[],
    outcome: [] as number[],
    price: [] as number[],
  };

  constructor(
    readonly kind: StrategyKind,
    private readonly watcher: Watcher,
  ) {}

  see(trade: SeenTrade): void {
    const { tsMs, market, price0 } = trade;
    this.watcher.see(trade, (cell, outcome) => {
      this.rows.tsMs.push(tsMs);
      this.rows.cell.push(cell);
      this.rows.market.push(market);
      this.rows.outcome.push(outcome);
      this.rows.price.push(outcome === 0 ? price0 : 1 - price0);
    });
  }

  /** @param halfSpread USD per share, added to the price */
  finish({ markets, eventOf }: StrategyMarkets, halfSpread: number): StrategyOpportunities {
    const { tsMs, cell, market, outcome, price } = this.rows;
    const feeOf = (m: number, p: number): number => {
      const nullOf = (value: number): number | null => (Number.isNaN(value) ? null : value);
      const { venues, feeRates, feeExponents } = markets;
      return takerFeeUsd(venues[m], FEE_SHARES, p, nullOf(feeRates[m]), nullOf(feeExponents[m])) / FEE_SHARES;
    };
    return {
      kind: this.kind,
      cellNames: this.watcher.cellNames,
      nRows: tsMs.length,
      tsMs: Float64Array.from(tsMs),
      cell: Uint16Array.from(cell),
      market: Int32Array.from(market),
      outcome: Uint8Array.from(outcome),
      price: Float64Array.from(price),
      event: Int32Array.from(market, (m) => eventOf[m]),
      cost: Float64Array.from(price, (p, i) => {
        const paid = Math.min(1, p + halfSpread);
        return paid + feeOf(market[i], paid);
      }),
      payout: Float64Array.from(market, (m, i) => (outcome[i] === 0 ? markets.payouts[m] : 1 - markets.payouts[m])),
      knownMs: Float64Array.from(market, (m) => markets.resolvedMs[m]),
    };
  }
}

/** Wallets with red flags and since when: what was found as of T says nothing of trades before T. */
function flaggedSince(flags: Table): DataFrame {
  return readTable(flags).filter(pl.col('is_listed')).select('wallet', pl.col('as_of_ms').alias('flagged_ms'));
}

/** The trades of a part whose market is known, by time. @param flagged null where nobody is */
function tradesOf(part: DataFrame, codes: LabelEncoder, flagged: DataFrame | null): SeenTrade[] {
  const known = codes.transform(part);
  const marked =
    flagged === null
      ? known.withColumns(pl.lit(0).alias('is_flagged'))
      : known
          .join(flagged, { on: 'wallet', how: 'left' })
          .withColumns(pl.col('ts_ms').gtEq(pl.col('flagged_ms')).fillNull(false).cast(pl.UInt8).alias('is_flagged'));
  const frame = marked
    .filter(pl.col('market').isNotNull())
    .withColumns(pl.col('side').eq(pl.lit('BUY')).cast(pl.UInt8).alias('is_buy'))
    .sort({ by: ['ts_ms'], maintainOrder: true });
  const [tsMs, market, outcome, isBuy, price, amount, isFlagged] = [
    'ts_ms',
    'market',
    'outcome_index',
    'is_buy',
    'price',
    'amount_usd',
    'is_flagged',
  ].map((name) => toNumbers(frame, name));
  return Array.from(tsMs, (ms, i) => ({
    tsMs: ms,
    market: market[i],
    price0: outcome[i] === 0 ? price[i] : 1 - price[i],
    bought: ((isBuy[i] === 1 ? outcome[i] : 1 - outcome[i]) === 0 ? 0 : 1) as 0 | 1,
    amountUsd: amount[i],
    isFlagged: isFlagged[i] === 1,
  }));
}

/** The tape, and what was found about wallets of it. */
export interface StrategyTape {
  readonly trades: Table;
  /** 14_wallet_red_flags; null where it has not been made. */
  readonly flags: Table | null;
}

/**
 * All opportunities of some strategies, in one pass over the trades.
 * @throws InputError as readParts does
 */
export async function findOpportunities(
  { trades, flags }: StrategyTape,
  markets: StrategyMarkets,
  kinds: readonly StrategyKind[],
  halfSpread: number,
  log: Log,
): Promise<StrategyOpportunities[]> {
  const collectors = kinds.map((kind) => new Collector(kind, createWatcher(kind)));
  const flagged = flags === null || !kinds.includes('whales') ? null : flaggedSince(flags);
  const columns = flagged === null ? COLUMNS : [...COLUMNS, 'wallet'];
  const query = { columns, where: IS_CANONICAL };
  const progress = log.progress('looking for opportunities', selectParts(trades, query).length);
  let nDone = 0;
  for await (const part of prefetch(readParts(trades, query))) {
    for (const trade of tradesOf(part, markets.codes, flagged))
      for (const collector of collectors) collector.see(trade);
    progress.update(++nDone);
  }
  progress.done();
  return collectors.map((collector) => collector.finish(markets, halfSpread));
}
