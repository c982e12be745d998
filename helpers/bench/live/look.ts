/** One look of 16 at stored tables, stage by stage: `look.ts <data folder> <report>`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAlertService } from '../../alerts/alert_service.ts';
import { fitWalletModel } from '../../anomaly/wallet_model.ts';
import { realPorts } from '../../http/ports.ts';
import { decideWindow } from '../../live/decide_window.ts';
import { largestBettors } from '../../live/largest_bettors.ts';
import { renewProfiles } from '../../live/live_profiles.ts';
import type { LiveTables } from '../../live/refresh.ts';
import { walletClusters } from '../../live/wallet_clusters.ts';
import { scoreLiveWallets } from '../../live/wallet_scores.ts';
import { washRings } from '../../live/wash_rings.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { findStep } from '../../pipeline.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import type { Run } from '../../run/script.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable } from '../../tables/table_store.ts';
import { endOfData } from '../../tables/time_range.ts';

/** The past of the wallets with large bets: the fills of so long before the window. */
const PAST_MS = 2 * HOUR_MS;
const N_HISTORIES = 500;
/** Where the day is as the Data API tells it, below its data folder. */
const FORGOTTEN = 'live';

export interface LookCosts {
  readonly fills: number;
  readonly markets: number;
  readonly wallets: number;
  readonly records: number;
  readonly alerts: number;
  readonly stages: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly peakMib: number;
  }[];
}

const note = (): void => undefined;

const [dataDir, report] = process.argv.slice(2);
const trades = openTable(join(dataDir, FORGOTTEN), RAW_TRADES);
const markets = openTable(dataDir, MARKETS);
const dayMs = endOfData(trades) - DAY_MS;
const window = { sinceMs: dayMs + PAST_MS, untilMs: dayMs + DAY_MS };
const scratch = mkdtempSync(join(tmpdir(), 'spyhop-look-'));
const log = { note, result: note, warn: note, progress: () => ({ update: note, done: note }) };
const run: Run = {
  step: findStep('live_alerts'),
  log,
  dataDir: scratch,
  modelsDir: scratch,
  seed: 1,
  force: false,
  startedMs: 0,
  code: namedCode('bench'),
};
const stages: LookCosts['stages'][number][] = [];
async function stage<T>(name: string, work: () => Promise<T> | T): Promise<T> {
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedMs) / 1000;
  stages.push({
    name,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMib: Math.round(process.resourceUsage().maxRSS / 1024),
  });
  return result;
}

const bettors = await stage('largest bettors', () => largestBettors(trades, window));
const tables: LiveTables = {
  dataDir: scratch,
  window,
  coveredFromMs: window.sinceMs,
  historyWallets: new Set(bettors.slice(0, N_HISTORIES)),
  historyFromMs: dayMs,
  nWithoutHistory: Math.max(0, bettors.length - N_HISTORIES),
  trades,
  markets,
};
const profiles = await stage('profiles', () => renewProfiles(run, tables, 8));
const executor = createExecutor();
const anomaly = await fitWalletModel(
  profiles.head(5000),
  { detector: 'kmeans', flagRule: { kind: 'fdr', rate: 0.1 } },
  1,
  executor,
);
if ('reason' in anomaly) throw new Error(anomaly.reason);
const models = { anomaly, anomalyRun: 'bench' };
const takers = new Map<string, never>();
const scores = await stage('scores', () => scoreLiveWallets(run, models, tables, profiles, takers));
const known = { scores, takers, clusters: walletClusters(scratch) };
const findRings = (wallets: ReadonlySet<string>) => stage('wash rings', () => washRings(run, tables, wallets));
const { records } = await stage('decisions, rings included', () =>
  decideWindow(run, tables, known, findRings, window.untilMs),
);
await stage('outbox', async () => {
  const alerts = openAlertService({
    folder: join(scratch, 'alerts'),
    log,
    ports: realPorts(),
    sinks: { sinks: [], routes: [] },
  });
  await alerts.send(records);
  alerts.close();
});
const costs: LookCosts = {
  fills: trades.manifest.rows,
  markets: markets.manifest.rows,
  wallets: profiles.height,
  records: records.length,
  alerts: records.filter(({ verdict }) => verdict === 'alert').length,
  stages,
};
writeFileSync(report, JSON.stringify(costs));
rmSync(scratch, { recursive: true });
