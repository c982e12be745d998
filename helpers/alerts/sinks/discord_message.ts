/** A webhook message of Discord from an alert: one embed within the published limits, whatever the texts of the venue hold. */
import { isoTime } from '../../run/clock.ts';
import type { AlertRecord } from '../record.ts';
import { escapeMarkdown, fitLine } from '../text.ts';
import { factsOf, footerOf, marketLine, markOf } from './message_text.ts';
import type { AlertMessage } from './sink.ts';

/** Characters at most; Discord's own limits are 256, 4096, 25 fields of 256 and 1024, 2048, and 6000 for all together. */
const TITLE_MAX = 256;
const DESCRIPTION_MAX = 3000;
const LINE_MAX = 400;
const FIELD_MAX = 150;
const LINKS_MAX = 1000;
const FOOTER_MAX = 200;

const COLOR_ALERT = 0xd4351c;
const COLOR_OWN = 0x5b6770;

interface Embed {
  readonly title: string;
  readonly url?: string;
  readonly color: number;
  readonly description?: string;
  readonly fields: readonly { readonly name: string; readonly value: string; readonly inline: boolean }[];
  readonly footer: { readonly text: string };
  readonly timestamp: string;
}

export interface DiscordMessage {
  readonly username: string;
  /** Nothing in the text can ping anybody. */
  readonly allowed_mentions: { readonly parse: readonly [] };
  readonly embeds: readonly [Embed];
}

/** As many whole pieces as fit, joined. */
function joinWithin(pieces: readonly string[], separator: string, lengthMax: number): string {
  let text = '';
  for (const [i, piece] of pieces.entries()) {
    const longer = i === 0 ? piece : `${text}${separator}${piece}`;
    if (longer.length > lengthMax) break;
    text = longer;
  }
  return text;
}

function descriptionOf(message: AlertMessage): string {
  const market = fitLine(marketLine(message) ?? '', LINE_MAX, escapeMarkdown);
  const reasons = message.record.reasons.map((reason) => `• ${fitLine(reason, LINE_MAX, escapeMarkdown)}`);
  const head = market === '' ? [] : [`**${market}**`];
  return joinWithin([...head, ...reasons], '\n', DESCRIPTION_MAX);
}

function linksField({ links }: AlertRecord): Embed['fields'] {
  const shown = links.map(({ label, url }) => `[${fitLine(label, FIELD_MAX, escapeMarkdown)}](${url})`);
  const value = joinWithin(shown, ' · ', LINKS_MAX);
  return value === '' ? [] : [{ name: 'Links', value, inline: false }];
}

/** The message for one alert. */
export function discordMessage(message: AlertMessage): DiscordMessage {
  const { record } = message;
  const description = descriptionOf(message);
  const fields = factsOf(message).map(([name, value]) => ({
    name,
    value: fitLine(value, FIELD_MAX, escapeMarkdown),
    inline: true,
  }));
  const title = fitLine(`${markOf(message)}${record.title}`, TITLE_MAX, escapeMarkdown);
  const url = record.links.find((link) => link.url.length <= LINKS_MAX)?.url;
  return {
    username: 'Spyhop',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: title === '' ? 'Alert' : title,
        ...(url === undefined ? {} : { url }),
        color: record.venue === null ? COLOR_OWN : COLOR_ALERT,
        ...(description === '' ? {} : { description }),
        fields: [...fields.filter(({ value }) => value !== ''), ...linksField(record)],
        footer: { text: fitLine(footerOf(message), FOOTER_MAX) },
        timestamp: isoTime(record.eventMs),
      },
    ],
  };
}
