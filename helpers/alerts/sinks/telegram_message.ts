/** A message of Telegram from an alert: HTML within its limit, whatever the texts of the venue hold; and the same as plain text. */
import { escapeHtml, fitLine } from '../text.ts';
import { factsOf, footerOf, marketLine, markOf } from './message_text.ts';
import type { AlertMessage } from './sink.ts';

/** UTF-16 code units at most, tags included; Telegram counts 4096 without them. */
const TEXT_MAX = 4000;
const TITLE_MAX = 300;
const LINE_MAX = 500;

const plain = (one: string): string => one;

/** @param isHtml false for plain text, which nothing has to be escaped in */
export function telegramText(message: AlertMessage, isHtml: boolean): string {
  const { record } = message;
  const escaped = isHtml ? escapeHtml : plain;
  const title = fitLine(`${markOf(message)}${record.title}`, TITLE_MAX, escaped);
  const market = fitLine(marketLine(message) ?? '', LINE_MAX, escaped);
  const facts = factsOf(message).map(([name, value]) => `${name.toLowerCase()} ${value}`);
  const lines = [
    isHtml ? `<b>${title === '' ? 'Alert' : title}</b>` : title,
    isHtml && market !== '' ? `<i>${market}</i>` : market,
    ...record.reasons.map((reason) => `• ${fitLine(reason, LINE_MAX, escaped)}`),
    fitLine(facts.join(', '), LINE_MAX, escaped),
    ...record.links.map(({ label, url }) => {
      const name = fitLine(label, TITLE_MAX, escaped);
      return isHtml ? `<a href="${escapeHtml(url)}">${name}</a>` : `${name}: ${url}`;
    }),
    fitLine(footerOf(message), LINE_MAX, escaped),
  ].filter((line) => line !== '');
  let text = '';
  // Whole lines only: a tag is never cut.
  for (const line of lines) if (text.length + line.length < TEXT_MAX) text += text === '' ? line : `\n${line}`;
  return text;
}
