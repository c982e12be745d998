/**
 * Asks the forecasters that look beyond the tape about the open markets of the watch list, and records what they say beside the prices of that
 * moment; and looks up what earlier questions have paid. Whoever has said something lately about a market is not asked again.
 */
import { existsSync } from 'node:fs';
import type { HttpPorts } from '../../http/ports.ts';
import { DAY_MS, formatDuration, HOUR_MS, SECOND_MS } from '../../run/clock.ts';
import type { Log } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';
import type { Journal } from '../../run/journal.ts';
import { withLock } from '../../run/lock.ts';
import { readWatchList, watchListPath } from '../../scan/watch_list.ts';
import { KALSHI_TAKER_RATE } from '../../venues/fees.ts';
import { createKalshiClient, type KalshiClient, TICKERS_PER_REQUEST } from '../../venues/kalshi/api/client.ts';
import { finalPayout } from '../../venues/kalshi/markets.ts';
import { abstain, type Forecast } from '../forecast.ts';
import type { AskedForecaster, Forecaster } from '../forecaster.ts';
import { type OpenMarket, readEvent } from './open_events.ts';
import { askedFolder, openRecord, type RecordedAnswer, type RecordedLine, recordPath, toRecorded } from './record.ts';

/** A forecaster that may be asked, and what it has cost so far in this run. */
interface Respondent {
  readonly forecaster: Forecaster;
  readonly spentUsd: () => number;
}

export interface AskJob {
  /** Markets of the watch list that are asked about at most. */
  readonly nMarketsMax: number;
  /** Undefined is the public service. */
  readonly kalshiUrl: string | undefined;
  /** Opens what the forecasters keep: called once nobody else asks. */
  readonly respondents: () => readonly Respondent[];
}

interface AskedRow {
  readonly name: AskedForecaster;
  /** Markets asked about in this run, and those answered. */
  readonly nAsked: number;
  readonly nAnswered: number;
  readonly usd: number;
  /** Why it abstained, the most frequent first. */
  readonly whys: readonly (readonly [string, number])[];
}

export interface AskFacts {
  readonly rows: readonly AskedRow[];
  /** Markets of the list that were looked at, and those that could be traded. */
  readonly nMarkets: number;
  readonly nTraded: number;
  /** Results that were learned. */
  readonly nResults: number;
  /** What kept it from asking; null where nothing did. */
  readonly fault: string | null;
}

/** An estimate is not asked for again before. */
const AGAIN_MS = 6 * HOUR_MS;
/** Results of older questions are no longer looked for: the market has vanished. */
const RESULT_WAIT_MS = 60 * DAY_MS;
const LIST_AGE_MAX_MS = DAY_MS;
/** Prices that are older are read again before the next question. */
const QUOTE_AGE_MAX_MS = 30 * SECOND_MS;

/** The markets of an event, and when their prices were read. */
interface EventNow {
  readonly event: string;
  readonly markets: readonly OpenMarket[];
  readonly quotedMs: number;
}

type EventRow = { readonly event: string };

/** What one run has heard from one forecaster. */
class Tally {
  nAsked = 0;
  nAnswered = 0;
  usd = 0;
  private readonly whys = new Map<string, number>();

  add({ forecast, usd }: Pick<RecordedAnswer, 'forecast' | 'usd'>): void {
    this.nAsked++;
    this.usd += usd;
    if (forecast.kind === 'estimate') this.nAnswered++;
    else this.whys.set(forecast.why, (this.whys.get(forecast.why) ?? 0) + 1);
  }

  row(name: AskedForecaster): AskedRow {
    const { nAsked, nAnswered, usd } = this;
    return { name, nAsked, nAnswered, usd, whys: [...this.whys].sort((a, b) => b[1] - a[1]) };
  }
}

class Asking {
  readonly tallies = new Map<AskedForecaster, Tally>();
  /** The newest line of a forecaster about a market. */
  private readonly newest = new Map<string, RecordedAnswer>();

  constructor(
    private readonly journal: Journal<RecordedLine>,
    entries: readonly RecordedLine[],
    private readonly ports: HttpPorts,
    private readonly respondents: readonly Respondent[],
  ) {
    for (const line of entries) if (line.kind === 'answer') this.newest.set(`${line.forecaster} ${line.ticker}`, line);
    for (const { forecaster } of respondents) this.tallies.set(forecaster.name, new Tally());
  }

  async ask(market: OpenMarket, { markets: siblings, quotedMs }: EventNow, feeRate: number): Promise<void> {
    const { ticker, event, series, closesMs, quote } = market;
    if (quote === null) return;
    for (const { forecaster, spentUsd } of this.respondents) {
      const { name, trainedUntilMs } = forecaster;
      if (!forecaster.concerns(market)) continue;
      const before = this.newest.get(`${name} ${ticker}`);
      if (before?.forecast.kind === 'estimate' && this.ports.nowMs() - before.toldMs < AGAIN_MS) continue;
      const usdBefore = spentUsd();
      const forecast = toRecorded(await saidBy(forecaster, market, siblings, this.ports.nowMs));
      const answer: RecordedAnswer = {
        kind: 'answer',
        forecaster: name,
        ...{ ticker, event, series, closesMs, quotedMs, ...quote, feeRate, forecast, trainedUntilMs },
        toldMs: this.ports.nowMs(),
        usd: spentUsd() - usdBefore,
      };
      this.tallies.get(name)!.add(answer);
      // An abstention that says nothing new is counted and not kept.
      if (forecast.kind === 'abstain' && answer.usd === 0 && whyNot(before) === forecast.why) continue;
      this.journal.append([answer]);
      this.newest.set(`${name} ${ticker}`, answer);
    }
  }
}

function whyNot(answer: RecordedAnswer | undefined): string | null {
  return answer?.forecast.kind === 'abstain' ? answer.forecast.why : null;
}

/** What the world does to a forecaster is a reason to abstain. */
async function saidBy(
  forecaster: Forecaster,
  market: OpenMarket,
  siblings: readonly OpenMarket[],
  nowMs: () => number,
): Promise<Forecast> {
  try {
    await forecaster.prepare?.(market);
    return await forecaster.forecast(market, { siblings }, nowMs());
  } catch (error) {
    if (isOfTheWorld(error)) return abstain(error.message);
    throw error;
  }
}

/** Whether a service was not reached or has answered what it should not have. */
function isOfTheWorld(error: unknown): error is InputError {
  return error instanceof InputError && (error.tag === 'no-answer' || error.tag === 'bad-answer');
}

/** Compares markets by the place of their event's first one. */
function byEventOf(markets: readonly EventRow[]): (a: EventRow, b: EventRow) => number {
  const places = new Map<string, number>();
  for (const { event } of markets) if (!places.has(event)) places.set(event, places.size);
  return (a, b) => places.get(a.event)! - places.get(b.event)!;
}

/** Looks up what markets that have closed since they were asked about have paid; returns how many results are new. */
async function learnResults(
  client: KalshiClient,
  journal: Journal<RecordedLine>,
  entries: readonly RecordedLine[],
  ports: HttpPorts,
): Promise<number> {
  const known = new Set(entries.flatMap((line) => (line.kind === 'result' ? [line.ticker] : [])));
  const nowMs = ports.nowMs();
  const isDue = ({ closesMs, ticker, forecast }: RecordedAnswer): boolean =>
    forecast.kind === 'estimate' && !known.has(ticker) && closesMs < nowMs && nowMs - closesMs < RESULT_WAIT_MS;
  const due = [...new Set(entries.flatMap((line) => (line.kind === 'answer' && isDue(line) ? [line.ticker] : [])))];
  let nNew = 0;
  for (let first = 0; first < due.length; first += TICKERS_PER_REQUEST)
    for (const market of await client.marketsOf(due.slice(first, first + TICKERS_PER_REQUEST))) {
      const payout = finalPayout(market);
      if (payout === null) continue;
      journal.append([{ kind: 'result', ticker: market.ticker, payout, knownMs: ports.nowMs() }]);
      nNew++;
    }
  return nNew;
}

/** Whether there is a list to ask about, or something that was asked and may have a result now. */
export function hasQuestions(dataDir: string): boolean {
  return existsSync(watchListPath(dataDir)) || existsSync(recordPath(dataDir));
}

/**
 * Asks about the most traded markets of the watch list.
 * @throws InputError when another process asks, the disk is full or a file of ours is damaged; a venue that does not answer is a fault in
 * the facts
 */
export async function askOpenMarkets(
  run: { readonly dataDir: string; readonly log: Pick<Log, 'note' | 'warn'> },
  { nMarketsMax, kalshiUrl, respondents }: AskJob,
  ports: HttpPorts,
): Promise<AskFacts> {
  const list = readWatchList(run.dataDir);
  const client = createKalshiClient({
    ports,
    onRetry: (line) => run.log.warn(line),
    ...(kalshiUrl === undefined ? {} : { baseUrl: kalshiUrl }),
  });
  return await withLock(askedFolder(run.dataDir), 'asked', async () => {
    const { journal, entries } = openRecord(run.dataDir);
    let asking: Asking | null = null;
    let [nMarkets, nTraded, nResults] = [0, 0, 0];
    const facts = (fault: string | null): AskFacts => ({
      rows: [...(asking?.tallies ?? [])].map(([name, tally]) => tally.row(name)),
      ...{ nMarkets, nTraded, nResults, fault },
    });
    try {
      nResults = await learnResults(client, journal, entries, ports);
      if (list === null) return facts('there is no watch list; 23_scan_markets.ts makes one');
      const ageMs = ports.nowMs() - list.scannedMs;
      if (ageMs > LIST_AGE_MAX_MS)
        return facts(`the watch list is ${formatDuration(ageMs)} old; 23_scan_markets.ts makes a new one`);
      asking = new Asking(journal, entries, ports, respondents());
      const chosen = list.watched.slice(0, nMarketsMax);
      let read: EventNow = { event: '', markets: [], quotedMs: 0 };
      // Markets of one event after each other: prices are read once for all of them, unless asking takes long.
      for (const { ticker, event, series, feeMultiplier } of [...chosen].sort(byEventOf(chosen))) {
        if (read.event !== event || ports.nowMs() - read.quotedMs > QUOTE_AGE_MAX_MS)
          read = { event, markets: await readEvent(client, event, series), quotedMs: ports.nowMs() };
        const market = read.markets.find((one) => one.ticker === ticker);
        nMarkets++;
        if (market === undefined || market.quote === null) continue;
        nTraded++;
        await asking.ask(market, read, KALSHI_TAKER_RATE * feeMultiplier);
        run.log.note(`${nMarkets} of ${chosen.length} markets`);
      }
      return facts(null);
    } catch (error) {
      if (!isOfTheWorld(error)) throw error;
      return facts(error.message);
    } finally {
      journal.close();
    }
  });
}
