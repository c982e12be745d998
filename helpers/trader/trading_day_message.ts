/** A day of trading in sentences, and the message of it. */
import type { AlertRecord } from '../alerts/record.ts';
import { formatCount } from '../run/console.ts';
import { FILL_MODEL } from '../trade/execution/paper/paper_executor.ts';
import { formatMicros } from '../trade/money.ts';
import { ownMessage } from './messages.ts';
import type { TradingDay } from './trading_day.ts';

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => `${formatCount(n)} ${name}`)
    .join(', ');

const signed = (micros: number): string => `${micros < 0 ? '' : '+'}${formatMicros(micros)}`;

export function sentencesOf(day: TradingDay): string[] {
  const { equityBeforeMicros, equityAfterMicros, capitalMicros, gainedMicros, feesMicros, nFills, contracts } = day;
  const { settled, orders, denied, stops, mode } = day;
  const change = equityAfterMicros - equityBeforeMicros - capitalMicros;
  return [
    `Equity ${formatMicros(equityAfterMicros)} with positions at cost, ${signed(change)} on the day${capitalMicros === 0 ? '' : `, and ${signed(capitalMicros)} brought in`}.`,
    `${signed(gainedMicros)} gained by what was sold or settled, ${formatMicros(feesMicros)} of fees; ${formatCount(nFills)} fills of ${contracts} contracts, ${settled.length} markets settled.`,
    Object.keys(orders).length === 0 ? 'No order was written.' : `Orders: ${counted(orders)}.`,
    Object.keys(denied).length === 0 ? 'Nothing was denied.' : `Denied, by limit: ${counted(denied)}.`,
    ...(stops.length === 0 ? [] : stops.map((line) => `Stopped or paused: ${line}`)),
    ...(mode === 'paper' ? [`Fills: ${FILL_MODEL}.`] : []),
  ];
}

/** The message of a day, the same however often it is made. */
export function dayMessage(day: TradingDay, nowMs: number): AlertRecord {
  const change = day.equityAfterMicros - day.equityBeforeMicros - day.capitalMicros;
  const why = (day.funnel ?? []).map((line) => `why no trade: ${line.replace(/ +/g, ' ')}`);
  const title = `${day.mode} trading on ${day.day}: ${signed(change)}, ${formatCount(day.nFills)} fills`;
  return ownMessage('trading_day', `${day.mode} ${day.day}`, title, [...sentencesOf(day), ...why], nowMs);
}
