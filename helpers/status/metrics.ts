/**
 * The board in Prometheus' text format. Labels take few values by design: never a wallet, a market or a title.
 * Names: https://prometheus.io/docs/practices/naming/ (base units, `_total` for what only grows).
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Counts, healthOf, type StatusBoard } from './board.ts';

/** Bounds in seconds: 50 ms and 250 ms are the promises of the stream, the rest is around them. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** One metric: values of its labels, and the number that belongs to them, as of now. */
interface Series {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly rows: () => Iterable<readonly [labels: readonly string[], value: number]>;
}

function* countRows({ values }: Counts): Iterable<readonly [string[], number]> {
  for (const [key, n] of values) yield [key.split('\t'), n];
}

function* stateRows<S>(
  states: ReadonlyMap<string, S>,
  of: (state: S) => number,
): Iterable<readonly [string[], number]> {
  for (const [name, state] of states) yield [[name], of(state)];
}

function seriesOf(board: StatusBoard): Series[] {
  const { feeds, queues, startedMs } = board;
  const age = (ms: number): number => (board.nowMs() - ms) / 1000;
  const series = (name: string, help: string, labels: readonly string[], rows: Series['rows']): Series => ({
    name: `spyhop_${name}`,
    help,
    labels,
    rows,
  });
  return [
    series('stage_total', 'Trades and decisions by how far they have come.', ['stage'], () => countRows(board.stages)),
    series('held_back_total', 'Alerts that a limit held back.', ['limit'], () => countRows(board.heldBack)),
    series('decisions_total', 'Decisions of the rules.', ['rule', 'verdict'], () => countRows(board.decisions)),
    series('deliveries_total', 'Attempts to deliver an alert.', ['sink', 'outcome'], () => countRows(board.deliveries)),
    series('turns_total', 'Looks or batches.', ['outcome'], () => countRows(board.turns)),
    series('feed_events_total', 'Events of a feed.', ['feed'], () => stateRows(feeds, ({ nEvents }) => nEvents)),
    series('feed_gaps_total', 'Sequence numbers that were missing.', ['feed'], () =>
      stateRows(feeds, ({ nGaps }) => nGaps),
    ),
    series('feed_reconnects_total', 'Times that a feed was connected again.', ['feed'], () =>
      stateRows(feeds, ({ nReconnects }) => nReconnects),
    ),
    series('feed_age_seconds', 'Time since the last event of a feed.', ['feed'], () =>
      stateRows(feeds, ({ lastMs }) => age(lastMs ?? startedMs)),
    ),
    series('queue_depth', 'Messages that wait in a queue.', ['queue'], () => stateRows(queues, ({ depth }) => depth)),
    series('queue_oldest_age_seconds', 'Age of the oldest message that waits; 0 when none does.', ['queue'], () =>
      stateRows(queues, ({ oldestMs }) => (oldestMs === null ? 0 : age(oldestMs))),
    ),
    series('queue_dead_total', 'Messages that failed too often and were put aside.', ['queue'], () =>
      stateRows(queues, ({ nDead }) => nDead),
    ),
    series('healthy', '1 when the service does what it is for, else 0.', [], () => [
      [[], healthOf(board).isHealthy ? 1 : 0],
    ]),
  ];
}

function register(registry: Registry, { name, help, labels, rows }: Series): void {
  const labelled = (values: readonly string[]) => Object.fromEntries(labels.map((label, i) => [label, values[i]]));
  const settings = { name, help, labelNames: [...labels], registers: [registry] };
  if (name.endsWith('_total'))
    new Counter({
      ...settings,
      collect() {
        this.reset();
        for (const [values, n] of rows()) this.inc(labelled(values), n);
      },
    });
  else
    new Gauge({
      ...settings,
      collect() {
        this.reset();
        for (const [values, n] of rows()) this.set(labelled(values), n);
      },
    });
}

/** The numbers that a service has of its own, which it may name later than the registry is made. */
function registerOwn(registry: Registry, board: StatusBoard): void {
  for (const { name, help, labels } of board.numbers) {
    const full = `spyhop_${name}`;
    if (registry.getSingleMetric(full) !== undefined) continue;
    const rows = () => board.numbers.find((one) => one.name === name)?.rows ?? [];
    register(registry, { name: full, help, labels, rows });
  }
}

/** The text of metrics that are read from the board when they are asked for. */
export function metricsOf(board: StatusBoard): { readonly contentType: string; metrics(): Promise<string> } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const series of seriesOf(board)) register(registry, series);
  const latency = new Histogram({
    name: 'spyhop_alert_latency_seconds',
    help: 'From the receipt of a trade to the hand-over of its alert.',
    buckets: LATENCY_BUCKETS,
    registers,
  });
  board.onLatency = (seconds) => latency.observe(seconds);
  return {
    contentType: registry.contentType,
    metrics: async () => {
      registerOwn(registry, board);
      return await registry.metrics();
    },
  };
}
