/** Goes once through the fills of the markets that some wallets traded in, in the order of time: prices, bets, positions, profit. */
import { MarketMarks, type PricedTrades } from '../features/market_marks.ts';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import type { MarketFacts } from './market_facts.ts';
import { Position } from './position.ts';
import { TimeBins } from './time_bins.ts';
import type { Bet, MarketResult, PricePoint, ProfitPoint, WalletHistory } from './wallet_history.ts';
import type { TradedMarkets } from './wallet_markets.ts';

const N_TIMELINES = 6;
const N_PRICES_MAX = 400;
/** Marks of each side and outcome in a timeline. */
const N_BETS_MAX = 24;
const N_PROFIT_POINTS = 160;
/** A fill of somebody who has no file. */
const NOBODY = -1;

const FILL_COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'wallet', 'side', 'price', 'shares', 'amount_usd'];

const laterPrice = (a: PricePoint, b: PricePoint): PricePoint => (b.ms >= a.ms ? b : a);

function joinBets(a: Bet, b: Bet): Bet {
  return {
    ...a,
    ms: Math.min(a.ms, b.ms),
    usd: a.usd + b.usd,
    shares: a.shares + b.shares,
    nFills: a.nFills + b.nFills,
  };
}

/** Bets of one wallet in one market, one series to each side and outcome. */
class BetSeries {
  private readonly series = Array.from({ length: 4 }, () => new TimeBins<Bet>(N_BETS_MAX, joinBets));

  add(bet: Bet): void {
    this.series[2 * bet.outcome + Number(bet.isBuy)].add(bet.ms, bet);
  }

  bets(): Bet[] {
    return this.series.flatMap((own) => own.values()).sort((a, b) => a.ms - b.ms);
  }
}

class WalletReplay {
  readonly positions: ReadonlyMap<number, Position>;
  /** Of the largest markets. */
  readonly bets: ReadonlyMap<number, BetSeries>;
  private readonly profit: ProfitPoint[] = [];

  /** @param markets numbers of its markets, the one with most money first */
  constructor(readonly markets: readonly number[]) {
    this.positions = new Map(markets.map((market) => [market, new Position()]));
    this.bets = new Map(markets.slice(0, N_TIMELINES).map((market) => [market, new BetSeries()]));
  }

  /** What it has made at a time. */
  look(ms: number, markets: MarketStates): void {
    let [realisedUsd, markedUsd] = [0, 0];
    for (const [market, position] of this.positions) {
      if (position.isOpen) {
        const payout0 = markets.payoutAt(market, ms);
        if (Number.isNaN(payout0)) markedUsd += position.markedUsd(markets.marks.price0[market]);
        else position.settle(payout0);
      }
      realisedUsd += position.realisedUsd;
    }
    this.profit.push({ ms, realisedUsd, totalUsd: realisedUsd + markedUsd });
  }

  result(facts: readonly MarketFacts[], markets: MarketStates): WalletHistory {
    const results = this.markets.map((market): MarketResult => {
      const position = this.positions.get(market)!;
      const { nFills, boughtUsd, soldUsd, realisedUsd, lastMs } = position;
      const profitUsd = realisedUsd + position.markedUsd(markets.marks.price0[market]);
      return { marketId: facts[market].id, nFills, boughtUsd, soldUsd, profitUsd, lastMs };
    });
    const timelines = [...this.bets].map(([market, series]) => ({
      marketId: facts[market].id,
      prices: markets.prices.get(market)!.values(),
      bets: series.bets(),
    }));
    return { profit: this.profit, markets: results, timelines };
  }
}

/** Marks and payouts of markets, and the price of some over time. */
class MarketStates {
  readonly marks: MarketMarks;

  constructor(
    private readonly facts: readonly MarketFacts[],
    readonly prices: ReadonlyMap<number, TimeBins<PricePoint>>,
  ) {
    this.marks = new MarketMarks(facts.length);
  }

  /** Takes in the trades `from` … `to - 1`, all those of a timestamp. */
  trade(trades: PricedTrades, from: number, to: number): void {
    this.marks.add(trades, from, to);
    for (let i = from; i < to; i++) {
      const [ms, price] = [trades.ms[i], trades.price[i]];
      this.prices.get(trades.market[i])?.add(ms, { ms, price: trades.outcome[i] === 0 ? price : 1 - price });
    }
  }

  payoutAt(market: number, ms: number): number {
    const { payout0, resolvedMs } = this.facts[market];
    return resolvedMs < ms ? payout0 : Number.NaN;
  }
}

/** When each wallet is looked at: evenly from its first fill to the end. */
function schedule(traded: readonly TradedMarkets[], untilMs: number): { ms: number; wallet: number }[] {
  return traded
    .flatMap(({ firstMs }, wallet) => {
      if (firstMs >= untilMs) return [];
      const stepMs = (untilMs - firstMs) / N_PROFIT_POINTS;
      return Array.from({ length: N_PROFIT_POINTS + 1 }, (_, i) => ({ ms: firstMs + i * stepMs, wallet }));
    })
    .sort((a, b) => a.ms - b.ms);
}

/** Fills with numbers for wallets and markets; those of other markets are left out. */
function numberFills(rows: LazyDataFrame, markets: DataFrame, wallets: DataFrame): LazyDataFrame {
  return rows
    .join(markets.lazy(), { on: 'market_id', how: 'left' })
    .filter(pl.col('market').isNotNull())
    .join(wallets.lazy(), { on: 'wallet', how: 'left' })
    .select(
      'ts_ms',
      'market',
      'outcome_index',
      pl.col('wallet_code').fillNull(pl.lit(NOBODY)),
      pl.col('side').eq(pl.lit('BUY')).alias('is_buy'),
      'price',
      'shares',
      'amount_usd',
    );
}

function numbered(name: string, values: readonly string[], number: string): DataFrame {
  return pl.DataFrame([
    pl.Series(name, [...values], pl.Utf8),
    pl.Series(
      number,
      values.map((_, i) => i),
      pl.Int32,
    ),
  ]);
}

/**
 * The histories of some wallets. Bounded: what is kept does not grow with the fills, only with wallets and their markets.
 * @param trades 10_raw_trades
 * @param wallets distinct
 * @param traded where they traded, in their order
 * @param facts of all markets they traded in
 * @param untilMs fills at or after this time are left out
 */
export async function replayWallets(
  trades: Table,
  wallets: readonly string[],
  traded: readonly TradedMarkets[],
  facts: readonly MarketFacts[],
  untilMs: number,
): Promise<WalletHistory[]> {
  const numberOf = new Map(facts.map(({ id }, i) => [id, i]));
  const replays = traded.map(({ volumes }) => {
    const largest = [...volumes].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return new WalletReplay(largest.flatMap(([id]) => numberOf.get(id) ?? []));
  });
  const drawn = new Set(replays.flatMap(({ bets }) => [...bets.keys()]));
  const lines = [...drawn].map((market) => [market, new TimeBins(N_PRICES_MAX, laterPrice)] as const);
  const markets = new MarketStates(facts, new Map(lines));
  const looks = schedule(traded, untilMs);
  let nLooked = 0;
  const lookUntil = (ms: number): void => {
    for (; nLooked < looks.length && looks[nLooked].ms < ms; nLooked++)
      replays[looks[nLooked].wallet].look(looks[nLooked].ms, markets);
  };
  const marketNumbers = numbered('market_id', [...numberOf.keys()], 'market');
  const walletNumbers = numbered('wallet', wallets, 'wallet_code');
  const parts = readParts(trades, {
    columns: FILL_COLUMNS,
    between: { untilMs },
    query: (rows) => numberFills(rows, marketNumbers, walletNumbers),
  });
  for await (const frame of parts) {
    const [ms, market, outcome, walletCode, isBuy, price, shares, usd] = frame.columns.map((name) =>
      toNumbers(frame, name),
    );
    let momentEnd = 0;
    for (let i = 0; i < ms.length; i++) {
      if (i === momentEnd) {
        while (momentEnd < ms.length && ms[momentEnd] === ms[i]) momentEnd++;
        lookUntil(ms[i]);
        markets.trade({ ms, market, outcome, price, shares }, i, momentEnd);
      }
      if (walletCode[i] === NOBODY) continue;
      const replay = replays[walletCode[i]];
      const bet = {
        ms: ms[i],
        outcome: outcome[i] as 0 | 1,
        isBuy: isBuy[i] === 1,
        shares: shares[i],
        usd: usd[i],
        nFills: 1,
      };
      replay.positions.get(market[i])!.trade(bet);
      replay.bets.get(market[i])?.add(bet);
    }
  }
  lookUntil(Number.POSITIVE_INFINITY);
  return replays.map((replay) => replay.result(facts, markets));
}
