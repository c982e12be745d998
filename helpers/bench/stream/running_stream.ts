/** 18 and 19 as they run in earnest, and somebody in the place of 17 who offers them trades at a rate. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBaselineStore } from '../../baselines/open_store.ts';
import type { MessageBus } from '../../bus/message_bus.ts';
import { openBus } from '../../bus/open_bus.ts';
import { createPatientPublisher } from '../../bus/patient_publisher.ts';
import { trainStreamModel } from '../../demo/stream_model.ts';
import { cpuSeconds, type RunningPart, residentMib, startPart } from '../../demo/stream_processes.ts';
import { type LocalServer, startRabbit, startRedis, whyNoBrokers } from '../../doubles/local_brokers.ts';
import { createRandom } from '../../kernels/random.ts';
import { MINUTE_MS, nowMs, SECOND_MS } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { endAtSignal } from '../../run/stop.ts';
import { EventLog } from '../../stream/event_log.ts';
import { RAW_TRADES } from '../../stream/events.ts';
import { type SentAlert, sentAlerts } from '../../stream/latency.ts';
import { stateUrl, streamFolder } from '../../stream/service.ts';
import { madeHistory, quietTrade, whaleTrade } from './made_trades.ts';

/** The generator wakes so often, and makes up for what it has slept. */
const STEP_MS = 5;
const LINGER_MS = 3;
const N_WAITING_MAX = 2_000_000;
const START_MS_MAX = 3 * MINUTE_MS;
const DRAIN_MS_MAX = 2 * MINUTE_MS;
const WHALES_PER_S = 5;
const N_SAMPLES = 40;
const PARTS = ['stream_analyzer', 'stream_alerter'] as const;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const warn = (line: string): void => void process.stderr.write(`${line}\n`);

export interface Offered {
  readonly nTrades: number;
  readonly nWhales: number;
  /** Of whales and others, received while trades were offered. */
  readonly alerts: readonly SentAlert[];
  readonly nFound: number;
  /** From the last trade until all whales were found and no trade waited, ms. */
  readonly drainMs: number;
  /** Microseconds of processor time a trade: of who offers, the analyzer, the alerter, and the brokers. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** MiB of analyzer and alerter, at 40 moments. */
  readonly rssMib: readonly (readonly number[])[];
}

export class RunningStream {
  private nTrades = 0;
  private readonly random = createRandom(3);
  private readonly log: EventLog;
  private readonly endSignal: () => void;

  private constructor(
    private readonly dataDir: string,
    private readonly bus: MessageBus,
    private readonly servers: readonly LocalServer[],
    private readonly parts: readonly RunningPart[],
  ) {
    const onFault = (error: unknown): never => {
      throw error;
    };
    const options = { nMax: N_WAITING_MAX, lingerMs: LINGER_MS, warn, onFault };
    this.log = new EventLog(createPatientPublisher(bus, RAW_TRADES, options), nowMs);
    this.endSignal = endAtSignal(() => this.stop());
  }

  /** Starts all, with what it writes in `folder`, and waits until a whale has come through. */
  static async start(folder: string, withBrokers: boolean): Promise<RunningStream> {
    const [dataDir, modelsDir] = [join(folder, 'data'), join(folder, 'models')];
    mkdirSync(folder, { recursive: true });
    const servers: LocalServer[] = [];
    const env = { BUS_URL: '', STATE_URL: '', DISCORD_WEBHOOK_URL: '' };
    if (withBrokers) {
      const why = whyNoBrokers();
      if (why !== null) throw new InputError('missing-dependency', why, 'install them, or leave out rabbitmq');
      servers.push(await startRabbit(join(folder, 'rabbit')), await startRedis(join(folder, 'redis')));
      [env.BUS_URL, env.STATE_URL] = servers.map(({ url }) => url);
    }
    const baselines = trainStreamModel(madeHistory(), modelsDir, 1);
    const store = await openBaselineStore(env.STATE_URL || stateUrl(dataDir, undefined), warn);
    await store.save(baselines);
    await store.close();
    const bus = await openBus(env.BUS_URL || `sqlite:${join(streamFolder(dataDir), 'bus')}`, { onDown: warn });
    const where = ['--data-dir', dataDir, '--models-dir', modelsDir, '--quiet'];
    const limits = { stream_analyzer: [], stream_alerter: ['--alerts-per-day', '1000000', '--market-pause', '0'] };
    const parts = PARTS.map((part) => startPart(part, [...where, ...limits[part]], env));
    const stream = new RunningStream(dataDir, bus, servers, parts);
    await stream.warmUp();
    return stream;
  }

  /** Offers trades at a rate for some seconds, and waits until all have come through, at most two minutes. */
  async offer(perS: number, seconds: number): Promise<Offered> {
    const before = { nTrades: this.nTrades, cpu: this.cpu(), sent: sentAlerts(this.dataDir).length };
    const whales: string[] = [];
    const rssMib: number[][] = [];
    const startedMs = performance.now();
    for (let elapsedMs = 0; elapsedMs < seconds * SECOND_MS; await pause(STEP_MS)) {
      elapsedMs = performance.now() - startedMs;
      for (const due = before.nTrades + Math.floor((elapsedMs / SECOND_MS) * perS); this.nTrades < due; )
        if (whales.length < Math.floor((elapsedMs / SECOND_MS) * WHALES_PER_S)) whales.push(this.whale());
        else this.add(quietTrade(this.random, this.nTrades, nowMs()));
      if (rssMib.length < (N_SAMPLES * elapsedMs) / (seconds * SECOND_MS))
        rssMib.push(this.parts.map(({ pid }) => residentMib(pid) ?? 0));
    }
    const endedMs = performance.now();
    await this.log.flush();
    const nFound = await this.drain(new Set(whales), before.sent);
    const nTrades = this.nTrades - before.nTrades;
    const cpuUs = this.cpu().map(([name, s], i) => [name, ((s - before.cpu[i][1]) * 1e6) / nTrades] as const);
    return {
      nTrades,
      nWhales: whales.length,
      alerts: sentAlerts(this.dataDir).slice(before.sent),
      nFound,
      drainMs: performance.now() - endedMs,
      cpuUs: Object.fromEntries(cpuUs),
      rssMib,
    };
  }

  /** Ends all in order; @returns trades offered in all, and trades analyzed and alerts decided as 18 says itself */
  async close(): Promise<{ nOffered: number; nAnalyzed: number; nDecided: number }> {
    await this.stop();
    const said = /Analyzed: ([\d,]+) trades, ([\d,]+) alerts/.exec(this.parts[0].text()) ?? [];
    const [nAnalyzed, nDecided] = [said[1], said[2]].map((text) => Number((text ?? '0').replaceAll(',', '')));
    return { nOffered: this.nTrades, nAnalyzed, nDecided };
  }

  /** What the parts have printed. */
  text(): string {
    return this.parts.map((part) => part.text()).join('');
  }

  private async stop(): Promise<void> {
    this.endSignal();
    this.log.close();
    await Promise.all(this.parts.map((part) => part.stop()));
    await this.bus.close();
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  private add(trade: Parameters<EventLog['trade']>[0]): void {
    if (!this.log.trade(trade)) throw new Error(`the bus does not keep up: ${N_WAITING_MAX} trades wait for it`);
    this.nTrades++;
  }

  private whale(): string {
    const trade = whaleTrade(this.random, this.nTrades, nowMs());
    this.add(trade);
    return trade.trade_id;
  }

  private async warmUp(): Promise<void> {
    const first = this.whale();
    const isThere = (): boolean => sentAlerts(this.dataDir).some(({ tradeId }) => tradeId === first);
    for (const endMs = performance.now() + START_MS_MAX; !isThere(); await pause(200)) {
      if (performance.now() < endMs) continue;
      await this.stop();
      throw new Error(`the stream has not begun within ${START_MS_MAX} ms:\n${this.text().slice(-2000)}`);
    }
  }

  /** @returns how many of the whales were found */
  private async drain(whales: ReadonlySet<string>, first: number): Promise<number> {
    const found = (): number =>
      new Set(
        sentAlerts(this.dataDir)
          .slice(first)
          .flatMap(({ tradeId }) => (whales.has(tradeId) ? [tradeId] : [])),
      ).size;
    for (const endMs = performance.now() + DRAIN_MS_MAX; performance.now() < endMs; await pause(100))
      if (found() === whales.size && (await this.bus.state(RAW_TRADES)).waiting === 0) break;
    return found();
  }

  /** Processor time so far, seconds. */
  private cpu(): [name: string, seconds: number][] {
    const { user, system } = process.cpuUsage();
    const brokers = this.servers.reduce((sum, server) => sum + (cpuSeconds(server.pid()) ?? 0), 0);
    return [
      ['offering', (user + system) / 1e6],
      ...PARTS.map((name, i): [string, number] => [name, cpuSeconds(this.parts[i].pid) ?? 0]),
      ...(this.servers.length > 0 ? [['brokers', brokers] as [string, number]] : []),
    ];
  }
}
