/** 26 as it runs: on the venue's feed, round after round until it is stopped, or one round. */
import { randomUUID } from 'node:crypto';
import type { HttpPorts } from '../http/ports.ts';
import { kalshiKeyOfEnv } from '../record/record_options.ts';
import { HOUR_MS, isoTime, SECOND_MS } from '../run/clock.ts';
import { Wake } from '../run/wake.ts';
import type { StepContext } from '../step/contract.ts';
import { untilStopped } from '../stream/service.ts';
import { keepOrders } from '../trade/execution/keep_orders.ts';
import { formatMicros } from '../trade/money.ts';
import { permitOf } from './exchange.ts';
import { MarketFeed } from './market_feed.ts';
import { ownMessage } from './messages.ts';
import type { Messenger } from './messenger.ts';
import { type OpenTrader, openTrader } from './open_trader.ts';
import { factsOf, showOn, type TraderFacts } from './trader_facts.ts';
import type { TraderSettings } from './trader_options.ts';

/** Books come within seconds of a connection; one that does not is no reason to wait longer. */
const BOOKS_MS = 20 * SECOND_MS;
const LOOK_MS = 50;
/** With --once: how long what was sent may take to show in the venue's lists. */
const LAST_LOOK_MS = 2 * SECOND_MS;

const NO_VIEW = { onFrame: () => undefined, onMissed: () => undefined, quote: () => null };

/**
 * Trades until it is stopped, or for one round.
 * @param folder where this mode keeps what it knows
 * @throws InputError what a restart does not mend: a key, a permit, a folder that is taken, a feed that refuses
 */
export async function runTrader(
  { log, status, dataDir }: StepContext,
  folder: string,
  settings: TraderSettings,
  ports: HttpPorts,
  messenger: Messenger,
): Promise<TraderFacts> {
  const { mode, isOnce, everyMs, feedUrl } = settings;
  const key = kalshiKeyOfEnv();
  const permit = permitOf(settings, key.id);
  const real = permit === null ? null : { permit, key };
  const wake = new Wake();
  const problem = (line: string): void => {
    log.warn(line);
    status.failed(line);
    const hour = isoTime(Math.floor(ports.nowMs() / HOUR_MS) * HOUR_MS);
    const title = `${mode} trading has a problem`;
    messenger.tell([ownMessage('trading_error', `${mode} ${hour} ${line}`, title, [line], ports.nowMs())]);
  };
  let open: OpenTrader | null = null;
  const feed = new MarketFeed({
    key,
    url: feedUrl,
    ports,
    isReal: real !== null,
    state: status.feed('kalshi'),
    view: () => open?.exchange.view ?? NO_VIEW,
    onOwn: () => wake.call(),
    onGroup: (why) => {
      open?.trader.groupTriggered(why);
      wake.call();
    },
    warn: problem,
  });
  const how = { newId: randomUUID, heardMs: () => feed.heardMs, tell: messenger.tell, warn: problem };
  const opened = await openTrader({ dataDir, folder, settings, ports, real, ...how });
  open = opened;
  const { trader, desk, markets } = opened;
  const follow = (): void => feed.follow(markets.all.map(({ ticker }) => ticker));
  let isStarted = false;
  let shownMs = ports.nowMs();
  const round = async (asOfMs: number): Promise<void> => {
    await trader.round(asOfMs);
    if (!isStarted) messenger.tell([started(factsOf(opened, mode, ports.nowMs()))]);
    isStarted = true;
    follow();
    status.succeeded();
    const facts = factsOf(opened, mode, ports.nowMs());
    showOn(status, facts);
    if (facts.atMs - shownMs < HOUR_MS) return;
    shownMs = facts.atMs;
    for (const line of hourly(facts)) log.note(line);
  };
  const stop = new AbortController();
  try {
    follow();
    await Promise.race([untilBooks(opened, ports), feed.failed]);
    if (isOnce) {
      await round(await desk.sync());
      await ports.sleep(LAST_LOOK_MS);
      await trader.look(await desk.sync());
    } else {
      const kept = keepOrders(desk, wake, { everyMs, signal: stop.signal, onProblem: problem, onSynced: round });
      const failed = Promise.race([kept.then(() => new Promise<never>(() => undefined)), feed.failed]);
      await untilStopped(failed, async () => {
        stop.abort();
        await kept;
        feed.close();
        for (const line of hourly(factsOf(opened, mode, ports.nowMs()))) log.result(line);
        await opened.close();
        await messenger.close();
      });
    }
    return factsOf(opened, mode, ports.nowMs());
  } finally {
    stop.abort();
    feed.close();
    await opened.close();
  }
}

/** Until the order book of every market is known, or it takes too long. */
async function untilBooks({ markets, exchange }: OpenTrader, ports: HttpPorts): Promise<void> {
  const endMs = ports.nowMs() + BOOKS_MS;
  while (ports.nowMs() < endMs && markets.all.some(({ ticker }) => exchange.view.quote(ticker) === null))
    await ports.sleep(LOOK_MS);
}

/** Every hour and at the end: how it stands, and why nothing more was traded today. */
function hourly({ mode, state, figures, positions, funnelLines, atMs }: TraderFacts): string[] {
  const money = `${formatMicros(figures.bookEquityMicros)} at cost, ${positions.length} positions`;
  return [`${isoTime(atMs).slice(0, 16)} UTC, ${mode}: ${state}, ${money}; why no trade, today:`, ...funnelLines];
}

function started({ mode, figures, positions, fillModel, state, reasons, atMs }: TraderFacts) {
  const lines = [
    `${formatMicros(figures.bookEquityMicros)} of equity at cost, ${positions.length} positions`,
    fillModel,
    ...(state === 'ACTIVE' ? [] : reasons),
  ];
  return ownMessage('trading_started', `${mode} ${atMs}`, `${mode} trading has started`, lines, atMs);
}
