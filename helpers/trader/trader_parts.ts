/** What a trader is made of. */
import type { AlertRecord } from '../alerts/record.ts';
import type { Executor } from '../trade/execution/executor.ts';
import type { FeedView } from '../trade/execution/feed_books.ts';
import type { IntentLog } from '../trade/execution/intent_log.ts';
import type { OrderDesk } from '../trade/execution/order_desk.ts';
import type { PaperExecutor } from '../trade/execution/paper/paper_executor.ts';
import type { Ledger } from '../trade/ledger/ledger.ts';
import type { RiskEngine } from '../trade/risk/engine.ts';
import type { SizingRules } from '../trade/sizing/size_bet.ts';
import type { Forecasts } from './forecasts.ts';
import type { MarketList, TradedMarket } from './markets.ts';
import type { Results } from './results.ts';

export interface TraderRules {
  readonly sizing: SizingRules;
  /** Fractions are of this, or of the equity of now. */
  readonly bankrollMicros: number;
  readonly isReinvested: boolean;
  /** Between two comparisons of the account with the ledger, ms. */
  readonly reconcileMs: number;
}

export interface TraderParts {
  readonly executor: Executor;
  /** The paper exchange, where it is one: it is told how markets ended. */
  readonly paper: { readonly exchange: PaperExecutor; readonly results: Results } | null;
  readonly desk: OrderDesk;
  readonly log: IntentLog;
  readonly ledger: Ledger;
  readonly engine: RiskEngine;
  readonly view: FeedView;
  /** Why nothing may be sent there: a kind of reason; null where it may. */
  readonly whyBarred: (market: TradedMarket) => string | null;
  readonly markets: MarketList;
  readonly forecasts: Forecasts;
  readonly rules: TraderRules;
  /** When the feed last gave a sign of life, ms since 1970; null for never. */
  readonly heardMs: () => number | null;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly tell: (records: readonly AlertRecord[]) => void;
  /** What is wrong and no reason to end. */
  readonly warn: (line: string) => void;
  readonly folder: string;
  readonly statePath: string;
}
