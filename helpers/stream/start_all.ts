/**
 * `npm run stream`: 17, 18 and 19 together, each a process of its own that is started again when it dies. What they print stands behind
 * their number. Options are handed to those that know them; a second ingestor is added by `--venues kalshi,polymarket`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { findStep } from '../pipeline.ts';
import { formatDuration, MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { createLog, type Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { COMMON_DEFAULTS, type OptionSpecs, parseOptions } from '../run/options.ts';
import { failWith, runCommand } from '../run/script.ts';
import { endAtSignal } from '../run/stop.ts';
import { ANALYZE_OPTIONS, INGEST_OPTIONS, SEND_OPTIONS } from './options.ts';

/** A process that fails sooner after its first start lacks something that another start will not give it: a model, a key. */
const YOUNG_MS = MINUTE_MS;
const PAUSE_MS_MIN = SECOND_MS;
const STOP_MS_MAX = 30 * SECOND_MS;
const PAUSE_MS_MAX = 30 * SECOND_MS;
const STOPPED_CODES: ReadonlySet<number | null> = new Set([75, 130]);

const OPTIONS = {
  venues: {
    type: 'string',
    default: 'kalshi',
    describe: 'kalshi, polymarket or kalshi,polymarket: an ingestor for each',
    group: 'What to ingest',
  },
} as const satisfies OptionSpecs;

/** Options but those that are each process' own, or of no use to all of them at once. */
function shared(specs: OptionSpecs): OptionSpecs {
  const own = new Set(['venue', 'feed-url', 'status-port', 'test-alerts']);
  return Object.fromEntries(Object.entries(specs).filter(([name]) => !own.has(name)));
}

interface Part {
  readonly name: string;
  readonly script: string;
  readonly words: readonly string[];
}

/** The words of the command line that a part's options know. */
function wordsFor(specs: OptionSpecs, values: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(specs).flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`--${name}=${String(value)}`];
  });
}

class Supervised {
  private child: ChildProcess | null = null;
  private restart: NodeJS.Timeout | null = null;
  private isEnding = false;
  private pauseMs = PAUSE_MS_MIN;
  readonly ended: Promise<number>;
  private end: (code: number) => void = () => undefined;

  constructor(
    private readonly part: Part,
    private readonly log: Log,
  ) {
    this.ended = new Promise((done) => {
      this.end = done;
    });
    this.start(true);
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.isEnding = true;
    // Ctrl-C has told it already, and a second signal would end it at once.
    if (child?.connected === true) child.disconnect();
    setTimeout(() => child?.kill(), STOP_MS_MAX).unref();
    if (this.restart !== null) {
      clearTimeout(this.restart);
      this.end(0);
    }
    await this.ended;
  }

  private start(isFirst: boolean): void {
    const { name, script, words } = this.part;
    this.restart = null;
    const startedMs = performance.now();
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...words], {
      // With the channel it ends when this process does, however that ends.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const)
      createInterface({ input: stream as Readable }).on('line', (line) => target.write(`${name} | ${line}\n`));
    child.on('exit', (code, signal) => {
      const ageMs = performance.now() - startedMs;
      if (this.isEnding || (isFirst && ageMs < YOUNG_MS && code !== null && code > 0) || STOPPED_CODES.has(code)) {
        this.end(code ?? 0);
        return;
      }
      this.pauseMs = ageMs > 10 * PAUSE_MS_MAX ? PAUSE_MS_MIN : Math.min(PAUSE_MS_MAX, 2 * this.pauseMs);
      this.log.warn(
        `${name} has ended (${signal ?? `exit code ${code}`}); it starts again in ${formatDuration(this.pauseMs)}`,
      );
      this.restart = setTimeout(() => this.start(false), this.pauseMs);
    });
  }
}

await runCommand(async () => {
  const usage = 'npm run stream -- [options]\n\nEvery trade as it happens: ingestor, analyzer and alerter together.';
  const specs = { ...shared({ ...INGEST_OPTIONS, ...ANALYZE_OPTIONS, ...SEND_OPTIONS }), ...OPTIONS };
  const options = await parseOptions(process.argv.slice(2), usage, specs, ['data-dir', 'models-dir', 'quiet']);
  const log = createLog(options);
  const venues = options.venues.split(',');
  const wrong = venues.find((name) => !(INGEST_OPTIONS.venue.choices as readonly string[]).includes(name));
  if (wrong !== undefined)
    throw new InputError(
      'bad-option',
      `--venues ${wrong} is no venue`,
      'write kalshi, polymarket or kalshi,polymarket',
    );
  const values = options as Readonly<Record<string, unknown>>;
  const common = Object.keys(COMMON_DEFAULTS).map((name) => `--${name}=${String(values[name])}`);
  const part = (number: number, id: string, ofStep: OptionSpecs, ...own: string[]): Part => ({
    name: `${number}${own.length > 0 ? ` ${own[0].split('=')[1]}` : ''}`,
    script: findStep(id).script,
    words: [...common, ...(options.quiet ? ['--quiet'] : []), ...wordsFor(shared(ofStep), values), ...own],
  });
  const parts = [
    part(19, 'stream_alerter', SEND_OPTIONS),
    part(18, 'stream_analyzer', ANALYZE_OPTIONS),
    ...venues.map((name) => part(17, 'stream_ingestor', INGEST_OPTIONS, `--venue=${name}`)),
  ];
  log.note(`Starting ${parts.map(({ name }) => name).join(', ')}: each line begins with who says it; Ctrl-C ends all.`);
  const running = parts.map((one) => new Supervised(one, log));
  endAtSignal(() => Promise.all(running.map((one) => one.stop())), true);
  const code = await Promise.race(running.map(({ ended }) => ended));
  await Promise.all(running.map((one) => one.stop()));
  if (code !== 0) failWith(code, 'a part of the stream could not be started');
  return 'done';
});
