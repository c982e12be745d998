/** Alerts as lines on the terminal. */
import type { Log } from '../../run/console.ts';
import { cleanLine, fitLine } from '../text.ts';
import { factsOf, marketLine, markOf } from './message_text.ts';
import type { AlertMessage, AlertSink } from './sink.ts';

const LINE_LENGTH_MAX = 300;

/** Lines of a message; no character of a venue's text can move the cursor or change a colour. */
function linesOf(message: AlertMessage): string[] {
  const { record } = message;
  const facts = factsOf(message).map(([name, value]) => `${name.toLowerCase()} ${cleanLine(value)}`);
  return [
    `ALERT ${markOf(message)}${record.title}`,
    marketLine(message) ?? '',
    ...record.reasons.map((reason) => `- ${cleanLine(reason)}`),
    facts.join(', '),
    ...record.links.map(({ label, url }) => `${cleanLine(label)}: ${url}`),
  ]
    .map((line, i) => `${i === 0 ? '' : '  '}${fitLine(line, LINE_LENGTH_MAX)}`)
    .filter((line) => line.trim() !== '');
}

/** A sink that prints, also with --quiet: alerts are what was asked for. */
export function createConsoleSink(log: Pick<Log, 'result'>): AlertSink {
  return {
    name: 'console',
    kind: 'console',
    readyAtMs: () => 0,
    deliver: async (message) => {
      for (const line of linesOf(message)) log.result(line);
      return { kind: 'sent', messageId: null };
    },
  };
}
