/** The looks that an earlier 16 took, taken again from what it fetched, by the same code and as of the same moments. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openAlertService } from '../alerts/alert_service.ts';
import { readDecisions } from '../alerts/outbox/outbox.ts';
import type { AlertRecord } from '../alerts/record.ts';
import type { FetchPlan } from '../fetch/plan.ts';
import { LATENESS_MS } from '../fetch/request.ts';
import { type HttpPorts, realPorts } from '../http/ports.ts';
import { DAY_MS, HOUR_MS, isoTime, SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { StepContext } from '../step/contract.ts';
import { knownFetches } from './coverage.ts';
import { alertFolder, type Compared, type ReplayFacts } from './live_alerts.ts';
import type { LiveSettings } from './live_options.ts';
import { recordedSource } from './live_source.ts';
import { decideLook, type LookKnowledge } from './look.ts';
import { type Look, readLooks } from './looks.ts';
import { recordedPlan } from './recorded_fetches.ts';
import { FETCHED, liveFolder, refreshLive, withLiveFolder } from './refresh.ts';
import { walletClusters } from './wallet_clusters.ts';
import { loadLiveModels } from './wallet_scores.ts';

/** Replays keep all days: an old recording is as good as a new one. */
const KEEP_DAYS = 36_500;

/** What two lists of decisions have in common, record by record. */
export function compareDecisions(recorded: readonly AlertRecord[], replayed: readonly AlertRecord[]): Compared {
  const [before, after] = [recorded, replayed].map((records) => new Map(records.map((record) => [record.id, record])));
  const both = [...before.keys()].filter((id) => after.has(id));
  const different = both.filter((id) => !isDeepStrictEqual(before.get(id), after.get(id)));
  return {
    nEqual: both.length - different.length,
    different,
    missing: [...before.keys()].filter((id) => !after.has(id)),
    additional: [...after.keys()].filter((id) => !before.has(id)),
  };
}

/** What was recorded: by 16 in its live folder with its looks, or by 00-2, which has none. */
interface Recording {
  readonly rawFolder: string;
  readonly looks: readonly Look[];
  readonly decisions: readonly AlertRecord[] | null;
}

/** @throws InputError 'missing-input' */
function openRecording(dataDir: string, settings: LiveSettings): Recording {
  const live = liveFolder(dataDir, settings.venue);
  const rawFolder = [live, dataDir].map((folder) => join(folder, FETCHED, 'raw')).find((folder) => existsSync(folder));
  if (rawFolder === undefined || knownFetches(rawFolder).length === 0)
    throw new InputError(
      'missing-input',
      `${dataDir} holds no trades that 16 or 00-2 have fetched from ${settings.venue}`,
      'name the data folder of an earlier run: --replay data-live',
    );
  const looks = readLooks(live);
  if (looks.length > 0) return { rawFolder, looks, decisions: readDecisions(alertFolder(dataDir)) };
  return { rawFolder, looks: [lookAtAll(rawFolder, settings)], decisions: null };
}

/** One look at the end of what was fetched. */
function lookAtAll(rawFolder: string, { lookbackDays, nHistoryWallets, untilMs, span }: LiveSettings): Look {
  const windows = knownFetches(rawFolder).map(({ window }) => window);
  const endMs = untilMs ?? SECOND_MS * Math.max(...windows.map(({ untilS }) => untilS));
  const sinceMs = 'sinceMs' in span ? span.sinceMs : Math.floor((endMs - span.hours * HOUR_MS) / DAY_MS) * DAY_MS;
  const decidedMs = endMs + LATENESS_MS;
  return { sinceMs, untilMs: endMs, lookbackDays, nHistoryWallets, decidedMs, takers: {} };
}

/**
 * Takes the looks again and keeps their decisions in the data folder of this run; nothing is sent.
 * @param from data folder of the recording
 * @throws InputError when there is no recording, or this run's data folder is not empty of looks
 */
export async function replayLooks(
  ctx: StepContext,
  settings: LiveSettings,
  from: string,
  ports: HttpPorts = realPorts(),
): Promise<ReplayFacts> {
  const recording = openRecording(from, settings);
  const folder = alertFolder(ctx.dataDir);
  if (existsSync(liveFolder(ctx.dataDir, settings.venue)) || existsSync(folder))
    throw new InputError(
      'bad-option',
      `${ctx.dataDir} holds what 16 has seen and decided, and a replay begins with nothing`,
      'give another --data-dir, for example data-replay',
    );
  const models = await loadLiveModels(ctx.modelsDir, ctx.executor);
  const known = { models, clusters: walletClusters(from) };
  const plan = recordedPlan(recording.rawFolder);
  return await withLiveFolder(ctx, settings, async () => {
    for (const look of recording.looks) await takeAgain(ctx, settings, look, { plan, ports, known, folder });
    const decisions = readDecisions(folder);
    return {
      nLooks: recording.looks.length,
      nDecisions: decisions.length,
      nAlerts: decisions.filter(({ verdict }) => verdict === 'alert').length,
      compared: recording.decisions === null ? null : compareDecisions(recording.decisions, decisions),
    };
  });
}

interface Replay {
  readonly plan: FetchPlan;
  readonly ports: HttpPorts;
  readonly known: Omit<LookKnowledge, 'earlier'>;
  /** Of the outbox. */
  readonly folder: string;
}

async function takeAgain(ctx: StepContext, settings: LiveSettings, look: Look, replay: Replay): Promise<void> {
  const { sinceMs, untilMs, lookbackDays, nHistoryWallets, takers } = look;
  const { plan, ports, known, folder } = replay;
  const window = { sinceMs, untilMs };
  const own = { ...settings, lookbackDays, nHistoryWallets, keepDays: KEEP_DAYS };
  const decidedMs = look.decidedMs ?? untilMs + LATENESS_MS;
  const source = recordedSource(plan, decidedMs, takers, ports);
  ctx.log.note(`Looking as of ${isoTime(untilMs).slice(0, 16)} UTC.`);
  // A look that was stopped, or that of 15, has fetched and no more.
  if (look.decidedMs === null && Object.keys(takers).length === 0) {
    await refreshLive(ctx, own, window, source);
    return;
  }
  const decided = await decideLook(ctx, own, window, source, { ...known, earlier: readDecisions(folder) });
  if (look.decidedMs === null || typeof decided === 'string') return;
  const nowhere = { sinks: [], routes: [] };
  const alerts = openAlertService({
    folder,
    log: ctx.log,
    ports: { ...ports, nowMs: () => decidedMs },
    sinks: nowhere,
  });
  alerts.note(decided.records);
  alerts.close();
}
