/** 18: reads the log, folds it, and puts decisions into the queue of alerts; acknowledges once all of it is on disk. */
import { join } from 'node:path';
import type { BaselineStore } from '../baselines/baseline_store.ts';
import { openBaselineStore } from '../baselines/open_store.ts';
import { type Consumer, consume } from '../bus/consume.ts';
import type { Message, MessageBus } from '../bus/message_bus.ts';
import { openBus } from '../bus/open_bus.ts';
import { createPatientPublisher, type PatientPublisher } from '../bus/patient_publisher.ts';
import { SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { StepContext } from '../step/contract.ts';
import { type AnalyzerSettings, StreamAnalyzer } from './analyzer.ts';
import { BaselineWriter } from './baseline_writer.ts';
import { ALERTS, parseEvent, RAW_TRADES } from './events.ts';
import { type FoldState, openFoldState } from './fold_state.ts';
import { ModelWatch } from './model_watch.ts';
import { replayRecording } from './replay_recording.ts';
import { streamFolder, untilStopped } from './service.ts';

/** Trades that may be folded and not acknowledged: what a killed analyzer folds again. */
const PREFETCH = 60_000;
const PER_BATCH = 500;
const SETTLE_MS = SECOND_MS / 2;
const ALERTS_WAITING_MAX = 100_000;
/** Alerts are few: each goes at once. */
const LINGER_MS = 1;
const STATUS_MS = SECOND_MS;
/** Baselines that are saved at once: more would keep trades waiting. Where more than these change each time, each has its turn. */
const N_BASELINES_MAX = 250;

export interface AnalyzeSettings extends AnalyzerSettings {
  readonly busUrl: string;
  readonly stateUrl: string;
}

export interface AnalyzeFacts {
  readonly nTrades: number;
  readonly nDuplicates: number;
  readonly nUnscored: number;
  readonly nLate: number;
  readonly nAlerts: number;
}

/** `12 trades, 0 of them twice, …` */
export function formatAnalyzed({ nTrades, nDuplicates, nUnscored, nLate, nAlerts }: AnalyzeFacts): string {
  const counts = [
    [nTrades, 'trades'],
    [nAlerts, 'alerts'],
    [nDuplicates, 'came twice'],
    [nLate, 'late'],
    [nUnscored, 'without a model'],
  ] as const;
  return `Analyzed: ${counts.map(([n, what]) => `${formatCount(n)} ${what}`).join(', ')}.`;
}

/** Analyzes until it is stopped. @throws InputError when there is no model, a queue is taken, or the disk is full */
export async function analyzeStream(ctx: StepContext, settings: AnalyzeSettings): Promise<AnalyzeFacts> {
  const { log, dataDir, modelsDir } = ctx;
  const models = new ModelWatch(modelsDir, (line) => log.note(line));
  models.require();
  const bus = await openBus(settings.busUrl, { onDown: log.warn });
  const baselines = await openBaselineStore(settings.stateUrl, log.warn);
  const state = openFoldState(join(streamFolder(dataDir), 'analyzer.sqlite'));
  const analyzer = new StreamAnalyzer(settings, (venue) => models.of(venue));
  const work = new Analysis(ctx, bus, baselines, state, models, analyzer);
  try {
    await work.start();
    await untilStopped(work.failed, async () => {
      await work.close();
      log.result(formatAnalyzed(work.facts));
    });
    return work.facts;
  } finally {
    await work.close();
    models.close();
    await baselines.close();
    await bus.close();
    state.close();
  }
}

/** What the analyzer decides about a recording of 21, from nothing. @throws InputError when there is no model or no recording */
export async function analyzeRecording(
  ctx: StepContext,
  settings: AnalyzerSettings,
  folder: string,
): Promise<AnalyzeFacts> {
  const models = new ModelWatch(ctx.modelsDir, (line) => ctx.log.note(line));
  try {
    models.require();
    const analyzer = new StreamAnalyzer(settings, (venue) => models.of(venue));
    const decided = await replayRecording(ctx, folder, (event) => analyzer.take(event));
    return { ...analyzer.counts, nAlerts: decided.filter(({ verdict }) => verdict === 'alert').length };
  } finally {
    models.close();
  }
}

class Analysis {
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => undefined;
  private readonly alerts: PatientPublisher;
  private readonly baselines: BaselineWriter;
  private consumer: Consumer | null = null;
  private nAlerts = 0;
  private isRestored = false;
  private timer: NodeJS.Timeout | null = null;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly ctx: StepContext,
    private readonly bus: MessageBus,
    private readonly store: BaselineStore,
    private readonly state: FoldState,
    private readonly models: ModelWatch,
    private readonly analyzer: StreamAnalyzer,
  ) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
    const { warn } = ctx.log;
    this.baselines = new BaselineWriter(store, analyzer, warn);
    this.alerts = createPatientPublisher(bus, ALERTS, {
      nMax: ALERTS_WAITING_MAX,
      lingerMs: LINGER_MS,
      warn,
      onFault: this.fail,
    });
  }

  get facts(): AnalyzeFacts {
    const { nTrades, nDuplicates, nUnscored, nLate } = this.analyzer.counts;
    return { nTrades, nDuplicates, nUnscored, nLate, nAlerts: this.nAlerts };
  }

  async start(): Promise<void> {
    const { ctx } = this;
    this.consumer = await consume(this.bus, RAW_TRADES, {
      prefetch: PREFETCH,
      nPerBatch: PER_BATCH,
      handle: (messages) => this.handle(messages),
      settle: { work: () => this.settle(), everyMs: SETTLE_MS },
      warn: ctx.log.warn,
    });
    this.consumer.done.catch(this.fail);
    this.timer = setInterval(() => void this.showStatus(), STATUS_MS);
  }

  /** Stops reading, and settles what was read. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      if (this.timer !== null) clearInterval(this.timer);
      await this.consumer?.close();
      await this.baselines.save();
      this.alerts.close();
    })();
    return this.closing;
  }

  /** Goes on from what is there when the first message comes: a reader may have stood by for hours while another one worked. */
  private async restore(): Promise<void> {
    const { order, markets } = this.state.load(this.analyzer);
    this.analyzer.restore(order, markets, new Map([...this.models.categoryBaselines(), ...(await this.store.load())]));
    this.isRestored = true;
  }

  private async handle(messages: readonly Message[]): Promise<void> {
    if (!this.isRestored) await this.restore();
    const { status } = this.ctx;
    const before = this.analyzer.counts.nScored;
    for (const { body } of messages) {
      const decided = this.analyzer.take(parseEvent(body));
      if (decided.length === 0) continue;
      const lines = decided.map((record) => JSON.stringify(record));
      while (!this.alerts.offer(lines)) await this.alerts.flush();
      for (const record of decided) {
        status.decided(record);
        if (record.verdict === 'alert') this.nAlerts++;
      }
    }
    status.count('scored', this.analyzer.counts.nScored - before);
  }

  /** Alerts first, then what follows from having decided them: a death in between repeats alerts, which their ids tell. */
  private async settle(): Promise<void> {
    await this.alerts.flush();
    await this.baselines.save(N_BASELINES_MAX);
    this.state.save(this.analyzer);
    this.ctx.status.succeeded();
  }

  private async showStatus(): Promise<void> {
    const { status } = this.ctx;
    try {
      const { waiting, dead } = await this.bus.state(RAW_TRADES);
      status.queue(RAW_TRADES, { depth: waiting, oldestMs: null, nDead: dead });
      if (waiting === 0) status.succeeded();
    } catch (error) {
      status.failed((error as Error).message);
    }
  }
}
