/** What a report must say first: what data, who is flagged, what pays, what does not. From the tables there are. */
import { openReasons } from '../cases/reason_sources.ts';
import type { FlagRule } from '../cases/wallet_reasons.ts';
import { Population } from '../features/wallets/population.ts';
import { STEPS } from '../pipeline.ts';
import type { StrategyName, Variant } from '../profit/strategies.ts';
import { isProfitable, type PaidFigures } from '../profit/strategy_rows.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import type { TableSchema } from '../tables/schema.ts';
import {
  ANOMALIES,
  MARKETS,
  RAW_TRADES,
  STRATEGIES,
  WALLET_PROFILES,
  WALLET_RED_FLAGS,
  WALLET_SCORES,
} from '../tables/schemas.ts';
import { isSimulated } from '../tables/simulated_data.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';
import { firstTimestamp, lastTimestamp } from '../tables/time_range.ts';

export interface DataFacts {
  readonly nFills: number;
  readonly nRejected: number;
  readonly nMarkets: number | null;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DetectorFlags {
  readonly detector: string;
  readonly nFlagged: number;
  readonly rule: FlagRule | null;
}

export interface WalletFacts {
  readonly nWallets: number;
  /** Wallets that have a resolved market. */
  readonly nResolved: number;
  /** Wallets that any detector flags. */
  readonly nFlagged: number;
  readonly detectors: readonly DetectorFlags[];
  /** Scripts that would score wallets and have not run. */
  readonly notRun: readonly string[];
}

export interface StrategyFacts extends PaidFigures {
  readonly nFilled: number;
  /** Whether it has paid beyond doubt, after costs and against its random control. */
  readonly isProfitable: boolean;
}

/** Null where the step that would tell has not run. */
export interface Summary {
  readonly isSimulated: boolean;
  readonly data: DataFacts | null;
  readonly wallets: WalletFacts | null;
  /** The strategies themselves, without their controls. */
  readonly strategies: readonly StrategyFacts[] | null;
}

/** Folder and number of the script that writes a table: `2_unsupervised_discovery/04`. */
export function scriptOf({ folder }: TableSchema): string {
  const step = STEPS.find(({ writes }) => writes.includes(folder));
  if (step === undefined) throw new Error(`assertion failed: no step writes ${folder}`);
  const [room, file] = step.script.split('/');
  return `${room}/${file.split('_')[0]}`;
}

function dataFacts(dataDir: string): DataFacts | null {
  const trades = openTableIfThere(dataDir, RAW_TRADES);
  if (trades === null) return null;
  return {
    nFills: trades.manifest.rows,
    nRejected: Object.values(trades.manifest.rejects).reduce((sum, n) => sum + n, 0),
    nMarkets: openTableIfThere(dataDir, MARKETS)?.manifest.rows ?? null,
    fromMs: firstTimestamp(trades),
    toMs: lastTimestamp(trades),
  };
}

function walletFacts(dataDir: string): WalletFacts | null {
  const table = openTableIfThere(dataDir, WALLET_PROFILES);
  if (table === null) return null;
  const profiles = readTable(table);
  const sources = openReasons(dataDir, profiles, new Population(profiles));
  const flagged = sources.map((source) => source.flagged());
  const notRun = [ANOMALIES, WALLET_SCORES, WALLET_RED_FLAGS].filter((own) => openTableIfThere(dataDir, own) === null);
  return {
    nWallets: profiles.height,
    nResolved: toNumbers(profiles, 'unique_markets').filter((n) => n > 0).length,
    nFlagged: new Set(flagged.flat()).size,
    detectors: sources.map(({ detector, rule }, i) => ({ detector, rule, nFlagged: flagged[i].length })),
    notRun: [...new Set(notRun.map(scriptOf))],
  };
}

function strategyFacts(dataDir: string): StrategyFacts[] | null {
  const table = openTableIfThere(dataDir, STRATEGIES);
  if (table === null) return null;
  const frame = readTable(table);
  const [names, variants] = ['strategy', 'variant'].map((column) => toTexts(frame, column));
  const [nGroups, nFilled, mean, low, high, total] = [
    'n_markets',
    'n_filled',
    'return_mean',
    'return_low',
    'return_high',
    'total_return',
  ].map((column) => toNumbers(frame, column));
  const rows = names.map((name, i) => ({
    name: name as StrategyName,
    variant: variants[i] as Variant,
    nGroups: nGroups[i],
    nFilled: nFilled[i],
    returnMean: mean[i],
    returnLow: low[i],
    returnHigh: high[i],
    totalReturn: total[i],
  }));
  return rows
    .filter(({ variant }) => variant === 'main')
    .map((row) => ({ ...row, isProfitable: isProfitable(rows, row.name) }));
}

/** The facts of a data folder, whichever steps have run. */
export function summarize(dataDir: string): Summary {
  return {
    isSimulated: isSimulated(dataDir),
    data: dataFacts(dataDir),
    wallets: walletFacts(dataDir),
    strategies: strategyFacts(dataDir),
  };
}
