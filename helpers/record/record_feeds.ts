/** Records a feed: every frame as it came, with what may be missing between them, until the time is over or somebody stops it. */
import { join } from 'node:path';
import type { HttpPorts } from '../http/ports.ts';
import { HOUR_MS, isoTime, MINUTE_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { withLock } from '../run/lock.ts';
import { endAtSignal } from '../run/stop.ts';
import type { StepContext } from '../step/contract.ts';
import { type RecordedFeed, recordedFeed } from './feeds.ts';
import { FrameLog } from './frame_log.ts';
import type { RecordSettings } from './record_options.ts';

/** A timer of Node holds 24 days; a longer recording looks at the clock again. */
const LOOK_MS = MINUTE_MS;

export interface RecordFacts {
  readonly folder: string;
  readonly nFrames: number;
  /** Numbers left out and subscriptions that ended, without what a lost connection left out. */
  readonly nGaps: number;
  readonly nReconnects: number;
}

/** Where the recorded frames of a venue are. */
function recordFolder(dataDir: string, venue: string): string {
  return join(dataDir, 'live', 'frames', venue);
}

/** `12 frames, gaps: 1, connections lost: 0` */
export function formatRecord({ nFrames, nGaps, nReconnects }: RecordFacts): string {
  return `${formatCount(nFrames)} frames, gaps: ${nGaps}, connections lost: ${nReconnects}`;
}

/**
 * Records until the hours of the settings are over.
 * @throws InputError when the feed refuses, the disk is full or another process records this venue
 */
export async function recordFeeds(ctx: StepContext, settings: RecordSettings, ports: HttpPorts): Promise<RecordFacts> {
  const folder = recordFolder(ctx.dataDir, settings.venue);
  const feed = await recordedFeed(settings, ports);
  return await withLock(folder, 'frames', async () => {
    const log = await FrameLog.open({
      folder,
      header: JSON.stringify(feed.scope),
      bytesMax: settings.bytesMax,
      nowMs: ports.nowMs,
    });
    const recorder = new Recorder(ctx, folder, feed, log);
    const forget = endAtSignal(async () => {
      recorder.close();
      ctx.log.result(`Recorded: ${formatRecord(recorder.facts)}.`);
    });
    try {
      const { hours } = settings;
      await recorder.run(hours === null ? Number.POSITIVE_INFINITY : ports.nowMs() + hours * HOUR_MS, ports);
      await recorder.finish();
      return recorder.facts;
    } finally {
      recorder.close();
      forget();
    }
  });
}

class Recorder {
  private nFrames = 0;
  private nGaps = 0;
  private nReconnects = 0;
  private lastDown = '';
  private isAsking = false;
  private isClosed = false;
  private stop: (error: unknown) => void = () => undefined;
  private channel: ReturnType<RecordedFeed['open']> | null = null;

  constructor(
    private readonly ctx: StepContext,
    private readonly folder: string,
    private readonly feed: RecordedFeed,
    private readonly log: FrameLog,
  ) {}

  get facts(): RecordFacts {
    const { folder, nFrames, nGaps, nReconnects } = this;
    return { folder, nFrames, nGaps, nReconnects };
  }

  /** Records until `untilMs`; rejects with what ends the feed before. */
  async run(untilMs: number, ports: HttpPorts): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.stop = reject;
    });
    this.channel = this.feed.open({
      onText: (text) => {
        this.nFrames++;
        this.write('frame', text);
      },
      onMissed: (what, why) => {
        if (why !== this.lastDown) this.nGaps++;
        this.write('missed', JSON.stringify({ what, why }));
      },
      onDown: (why) => {
        this.nReconnects++;
        this.lastDown = why;
        this.ctx.log.warn(`${why}; connecting again`);
        this.write('down', why);
      },
      onEnd: (error) => this.stop(error),
    });
    const ended = new AbortController();
    try {
      await Promise.race([failed, this.watch(untilMs, ports, ended.signal)]);
    } finally {
      ended.abort();
      this.channel.close();
    }
  }

  /** Flushes and compresses what the feed has brought. */
  async finish(): Promise<void> {
    this.isClosed = true;
    await this.log.finish();
  }

  /** Ends the feed and flushes; may be called again. */
  close(): void {
    this.isClosed = true;
    this.channel?.close();
    this.log.close();
  }

  private write(kind: Parameters<FrameLog['write']>[0], text: string): void {
    // Books that were asked for may come when all is over.
    if (this.isClosed) return;
    try {
      if (this.log.write(kind, text)) void this.askBooks();
    } catch (error) {
      this.channel?.close();
      this.stop(error);
    }
  }

  /** Each file begins with the books as they are then. One that cannot be had is missing, and no reason to end. */
  private async askBooks(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      for (const book of await this.feed.books()) this.write('book', JSON.stringify(book));
    } catch (error) {
      if (!(error instanceof InputError)) this.stop(error);
      else this.ctx.log.warn(`no order books at the begin of this file: ${error.message}`);
    } finally {
      this.isAsking = false;
    }
  }

  /** Says once a minute what has come, until the time is over. */
  private async watch(untilMs: number, { nowMs, sleep }: HttpPorts, signal: AbortSignal): Promise<void> {
    while (nowMs() < untilMs) {
      await sleep(Math.min(LOOK_MS, untilMs - nowMs()), signal).catch(() => undefined);
      if (signal.aborted) return;
      const nSilent = this.channel?.nSilent() ?? 0;
      const silent = nSilent === 0 ? '' : `, tokens without news: ${nSilent}`;
      this.ctx.log.note(`${isoTime(nowMs()).slice(11, 19)} UTC: ${formatRecord(this.facts)}${silent}`);
    }
  }
}
