/** A day of trading, for the terminal and the report. */
import type { Presentation, SectionPlace } from '../step/contract.ts';
import type { TradingDay } from './trading_day.ts';
import { sentencesOf } from './trading_day_message.ts';

export const DIGEST_SECTION: SectionPlace = {
  id: 'trading_digest',
  order: 1960,
  title: 'What did the day of trading bring?',
};

export interface DigestFacts {
  readonly day: TradingDay;
  /** What has become of the message; null where it was not sent. */
  readonly sent: string | null;
}

export function presentDigest({ day, sent }: DigestFacts): Presentation {
  const sentences = sentencesOf(day);
  const funnel = day.funnel ?? ['nobody counted that day'];
  return {
    lines: [
      `${day.day} UTC, ${day.mode}:`,
      ...sentences,
      'Why no trade:',
      ...funnel.map((line) => `  ${line}`),
      ...(sent === null ? [] : [`Sent: ${sent}.`]),
    ],
    blocks: [
      ...[`${day.day} UTC, ${day.mode}.`, ...sentences].map((text) => ({ kind: 'paragraph' as const, text })),
      {
        kind: 'table' as const,
        header: ['why no trade'],
        rows: funnel.map((line) => [line]),
        caption: 'How many markets came how far, added up over all rounds of the day, and what stopped the others.',
      },
    ],
    limits: ['One day says nothing about the next.'],
  };
}
