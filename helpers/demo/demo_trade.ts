/**
 * `npm run demo:trade`: 30 simulated days of 23, 24, 26 and 27 in a minute or two, against servers on this machine that stand in for Kalshi's
 * exchange, two language models and Discord. Every day the markets are scanned and the models asked; every three hours two traders, one on
 * paper and one with orders to the exchange, decide by the same code. In the end the ledger is compared with the truth. Needs no key.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, formatDuration, HOUR_MS, isoDay, MINUTE_MS, nowMs } from '../run/clock.ts';
import { createLog, formatTable } from '../run/console.ts';
import { parseOptions } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { runCommand } from '../run/script.ts';
import { formatMicros } from '../trade/money.ts';
import type { OpenTrader } from '../trader/open_trader.ts';
import { traderFolder } from '../trader/trader_options.ts';
import { keptDay } from '../trader/trading_day.ts';
import { sentencesOf } from '../trader/trading_day_message.ts';
import { DEMO_MODES, openTradePlace, USD } from './trade_place.ts';

const ROUND_HOURS = 3;
const FORECAST_HOUR = 12;

interface Outcome {
  readonly nOrders: number;
  readonly nFills: number;
  readonly nDenied: number;
  readonly nDifferences: number;
  readonly cells: readonly (string | number)[];
}

async function outcomeOf(open: OpenTrader, mode: string, fromMs: number, untilMs: number): Promise<Outcome> {
  const { log, ledger, trader } = open;
  const { equityMicros, realizedMicros, feesMicros } = await ledger.summary();
  await ledger.audit();
  const nOrders = log.writtenBetween(fromMs, untilMs).length;
  const entries = await ledger.entriesBetween(fromMs, untilMs);
  const nFills = entries.filter(({ event }) => event.kind === 'fill').length;
  const nSettled = entries.filter(({ event }) => event.kind === 'settlement').length;
  const money = [equityMicros, realizedMicros, feesMicros].map(formatMicros);
  const { decisions, reconciliation } = trader;
  const { nDenied } = decisions;
  const cells = [mode, ...money, nOrders, nFills, nSettled, nDenied];
  return { nOrders, nFills, nDenied, nDifferences: reconciliation.nDifferences, cells };
}

await runCommand(async () => {
  const startedMs = nowMs();
  const usage =
    'npm run demo:trade -- [options]\n\nA simulated month of trading, on paper and with orders to a stand-in exchange.';
  const options = await parseOptions(
    process.argv.slice(2),
    usage,
    {
      days: { type: 'number', default: 30, describe: 'days of the simulation', range: integerMin(1, 90) },
      folder: { type: 'string', default: join('data', 'demo_trade'), describe: 'folder of all that the demo makes' },
    },
    ['seed', 'quiet'],
  );
  const { folder, seed, days } = options;
  const log = createLog(options);
  rmSync(folder, { recursive: true, force: true });
  const beginMs = Math.floor(startedMs / DAY_MS) * DAY_MS - days * DAY_MS;
  const place = await openTradePlace(folder, seed, beginMs, days, log);
  const { open, exchange, llm, discord } = place;
  log.note(`${place.nMarkets} markets in ${days} days, seed ${seed}.`);
  try {
    let nForecasts = 0;
    for (let hours = 0; hours < days * 24; hours += ROUND_HOURS) {
      place.advanceTo(beginMs + hours * HOUR_MS);
      if (hours % 24 === FORECAST_HOUR) {
        nForecasts += await place.forecast();
        const [paper, real] = open.map(({ engine }) => formatMicros(engine.figures.bookEquityMicros));
        log.note(
          `${isoDay(place.nowMs())}: ${nForecasts} forecasts so far; ${paper} on paper, ${real} at the exchange`,
        );
      }
      await place.round();
    }
    // The last day is told when the next begins; what was ordered last shows in the lists a moment later.
    for (const minutes of [1, 3, 5]) {
      place.advanceTo(beginMs + days * DAY_MS + minutes * MINUTE_MS);
      await place.round();
    }
    const outcomes: Outcome[] = [];
    for (const [i, one] of open.entries()) outcomes.push(await outcomeOf(one, DEMO_MODES[i], beginMs, place.nowMs()));
    const header = ['', 'equity at cost', 'gained', 'fees', 'orders', 'fills', 'settled', 'denied'];
    log.result(
      `\n${formatTable(
        header,
        outcomes.map(({ cells }) => cells),
      )}`,
    );
    const last = keptDay(traderFolder(folder, 'demo'), isoDay(beginMs + (days - 1) * DAY_MS));
    if (last !== null) {
      log.result(`\nThe last day at the exchange, as 27 tells it:`);
      for (const line of [...sentencesOf(last), ...(last.funnel ?? [])]) log.result(`  ${line}`);
    }
    log.result(
      `\nDiscord got ${discord.messages.length} messages, the models ${llm.asked.length} questions. Makers are wrong by design, so the gain says nothing. Done in ${formatDuration(nowMs() - startedMs)}.`,
    );
    const { cashMicros } = await open[1].ledger.summary();
    const sum = (of: (one: Outcome) => number): number => outcomes.reduce((total, one) => total + of(one), 0);
    log.result(
      JSON.stringify({
        demo: 'trade',
        days,
        forecasts: nForecasts,
        orders: sum(({ nOrders }) => nOrders),
        fills: sum(({ nFills }) => nFills),
        denied: sum(({ nDenied }) => nDenied),
        ledger_difference: (cashMicros - exchange.member.totalCash) / USD,
        reconcile_differences: sum(({ nDifferences }) => nDifferences),
      }),
    );
  } finally {
    await place.close();
  }
  return 'done';
});
