/** One look at the last hours: fetches what is missing, makes profiles and scores, and decides. */
import type { AlertRecord } from '../alerts/record.ts';
import type { DataFrame } from '../polars/polars.ts';
import type { StepContext } from '../step/contract.ts';
import { takerFills } from './ask_takers.ts';
import { decideWindow } from './decide_window.ts';
import type { LiveSettings, LiveWindow } from './live_options.ts';
import { renewProfiles, whyNoProfiles } from './live_profiles.ts';
import type { LiveSource } from './live_source.ts';
import { type LiveTables, refreshLive } from './refresh.ts';
import type { WalletClusters } from './wallet_clusters.ts';
import { type LiveModels, scoreLiveWallets } from './wallet_scores.ts';
import { washRings } from './wash_rings.ts';

/** What a look knows besides what it fetches. */
export interface LookKnowledge {
  readonly models: LiveModels;
  readonly clusters: WalletClusters;
  /** What earlier looks have decided. */
  readonly earlier: readonly AlertRecord[];
}

export interface Decided {
  readonly tables: LiveTables;
  readonly profiles: DataFrame;
  readonly records: readonly AlertRecord[];
  readonly nBets: number;
  readonly decidedMs: number;
}

/** @returns what was decided, or why nothing can be */
export async function decideLook(
  ctx: StepContext,
  settings: Omit<LiveSettings, 'addresses'>,
  window: LiveWindow,
  source: LiveSource,
  { models, ...known }: LookKnowledge,
): Promise<Decided | string> {
  const tables = await refreshLive(ctx, settings, window, source);
  const why = whyNoProfiles(tables);
  if (why !== null) return why;
  const profiles = await renewProfiles(ctx, tables, settings.keepDays);
  const takers = await takerFills(ctx, tables, source);
  const scores = await scoreLiveWallets(ctx, models, tables, profiles, takers);
  const findRings = (wallets: ReadonlySet<string>) => washRings(ctx, tables, wallets);
  const decidedMs = source.nowMs();
  const decided = await decideWindow(ctx, tables, { scores, takers, ...known }, findRings, decidedMs);
  return { tables, profiles, ...decided, decidedMs };
}
