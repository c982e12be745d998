/** What every sink says of an alert, as pieces of plain text. */
import { formatDuration, isoTime } from '../../run/clock.ts';
import { cleanLine } from '../text.ts';
import type { AlertMessage } from './sink.ts';

const dollars = (maximumFractionDigits: number) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits });
const [usd, usdAndCents] = [dollars(0), dollars(2)];
/** From here on nobody asks for cents, USD. */
const WHOLE_USD_MIN = 100;

/** `[test]`, `[may be a repeat]`, or nothing: what stands before the title. */
export function markOf({ record, isRepeat }: AlertMessage): string {
  return `${record.isTest ? '[test] ' : ''}${isRepeat ? '[may be a repeat] ' : ''}`;
}

/** What stands below: the id, and of what was flagged that a flag is no more than that. */
export function footerOf({ record: { id, score } }: AlertMessage): string {
  return score === null ? id : `${id}. A flag is a reason to look, nothing more.`;
}

/** The market and what was bought or sold of it, or null. */
export function marketLine({ record: { marketTitle, outcomeName } }: AlertMessage): string | null {
  if (marketTitle === null) return null;
  return outcomeName === null ? marketTitle : `${marketTitle}: ${outcomeName}`;
}

/** Names and values for people; what is not known is left out. */
export function factsOf({ record }: AlertMessage): [name: string, value: string][] {
  const { rule, amountUsd, price, score, p, category, venue, wallet, modelRun } = record;
  const facts: [string, string | null][] = [
    ['Rule', rule.replaceAll('_', ' ')],
    ['Amount', amountUsd === null ? null : (amountUsd < WHOLE_USD_MIN ? usdAndCents : usd).format(amountUsd)],
    ['Price', price === null ? null : `$${price.toFixed(3)} a share`],
    ['Score', score === null ? null : String(Number(score.toPrecision(3)))],
    ['p', p === null ? null : String(Number(p.toPrecision(2)))],
    ['Category', venue === null ? null : category],
    ['Venue', venue],
    ['Wallet', wallet],
    ['Model', modelRun],
    ['Trade', venue === null ? null : isoTime(record.eventMs)],
    ['Known after', venue === null ? null : formatDuration(Math.max(0, record.decidedMs - record.eventMs))],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null && cleanLine(fact[1]) !== '');
}
