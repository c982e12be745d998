/**
 * Discord's published limits of a webhook message (developer documentation: Execute Webhook, Embed Limits), checked as the service
 * does: texts are trimmed and counted, and all that is wrong is told in one tree.
 */

const MESSAGE = { content: 2000, embeds: 10, username: 80 } as const;
const EMBED = { title: 256, description: 4096, fields: 25, total: 6000 } as const;
const FIELD = { name: 256, value: 1024 } as const;
const FOOTER_TEXT = 2048;
const AUTHOR_NAME = 256;
const COLOR_MAX = 0xffffff;

type Problems = Map<string, { code: string; message: string }>;
type Values = Readonly<Record<string, unknown>>;

export interface MessageCheck {
  /** Path (`embeds.0.title`) to what is wrong there; empty when the message is fine. */
  readonly problems: Problems;
  /** Nothing to show: code 50006. */
  readonly isEmpty: boolean;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Characters as they count here: UTF-16 code units, which are never fewer than those that any service counts. */
function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.trim().length : 0;
}

function checkText(problems: Problems, path: string, value: unknown, lengthMax: number, isNeeded: boolean): void {
  if (value === undefined || value === null) {
    if (isNeeded) problems.set(path, { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' });
  } else if (typeof value !== 'string') problems.set(path, { code: 'STRING_TYPE_CONVERT', message: 'Not a string.' });
  else if (isNeeded && value.trim() === '')
    problems.set(path, { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' });
  else if (lengthOf(value) > lengthMax)
    problems.set(path, { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${lengthMax} or fewer in length.` });
}

function checkUrl(problems: Problems, path: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const isWeb = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  if (!isWeb) problems.set(path, { code: 'URL_TYPE_INVALID_URL', message: 'Not a well formed URL.' });
}

function listOf(problems: Problems, path: string, value: unknown, nMax: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.set(path, { code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' });
    return [];
  }
  if (value.length > nMax)
    problems.set(path, { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${nMax} or fewer in length.` });
  return value;
}

/** Checks one embed; @returns the characters that count towards the total. */
function checkEmbed(problems: Problems, path: string, embed: unknown): number {
  if (!isValues(embed)) {
    problems.set(path, { code: 'MODEL_TYPE_CONVERT', message: 'Only dictionaries may be used in a ModelType' });
    return 0;
  }
  checkText(problems, `${path}.title`, embed.title, EMBED.title, false);
  checkText(problems, `${path}.description`, embed.description, EMBED.description, false);
  checkUrl(problems, `${path}.url`, embed.url);
  const { color, timestamp } = embed;
  if (color !== undefined && !(Number.isInteger(color) && Number(color) >= 0 && Number(color) <= COLOR_MAX))
    problems.set(`${path}.color`, { code: 'NUMBER_TYPE_MAX', message: `int value should be 0 to ${COLOR_MAX}.` });
  if (timestamp !== undefined && !(typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp))))
    problems.set(`${path}.timestamp`, { code: 'DATE_TIME_TYPE_PARSE', message: 'Could not parse.' });
  let total = lengthOf(embed.title) + lengthOf(embed.description);
  for (const [i, field] of listOf(problems, `${path}.fields`, embed.fields, EMBED.fields).entries()) {
    const { name, value } = isValues(field) ? field : {};
    checkText(problems, `${path}.fields.${i}.name`, name, FIELD.name, true);
    checkText(problems, `${path}.fields.${i}.value`, value, FIELD.value, true);
    total += lengthOf(name) + lengthOf(value);
  }
  const footer = isValues(embed.footer) ? embed.footer.text : undefined;
  const author = isValues(embed.author) ? embed.author.name : undefined;
  checkText(problems, `${path}.footer.text`, footer, FOOTER_TEXT, embed.footer !== undefined);
  checkText(problems, `${path}.author.name`, author, AUTHOR_NAME, embed.author !== undefined);
  return total + lengthOf(footer) + lengthOf(author);
}

/** What is wrong with the body of a request, by the published limits. */
export function checkMessage(body: unknown): MessageCheck {
  const problems: Problems = new Map();
  if (!isValues(body)) {
    problems.set('_', { code: 'MODEL_TYPE_CONVERT', message: 'Only dictionaries may be used in a ModelType' });
    return { problems, isEmpty: false };
  }
  checkText(problems, 'content', body.content, MESSAGE.content, false);
  checkText(problems, 'username', body.username, MESSAGE.username, body.username !== undefined);
  if (/discord|clyde/i.test(String(body.username ?? '')))
    problems.set('username', { code: 'USERNAME_INVALID_CONTAINS', message: 'Username cannot contain "discord"' });
  const embeds = listOf(problems, 'embeds', body.embeds, MESSAGE.embeds);
  let total = 0;
  for (const [i, embed] of embeds.entries()) total += checkEmbed(problems, `embeds.${i}`, embed);
  if (total > EMBED.total)
    problems.set('embeds', { code: 'MAX_EMBED_SIZE_EXCEEDED', message: `Embed size exceeds maximum size of 6000` });
  return { problems, isEmpty: problems.size === 0 && lengthOf(body.content) === 0 && embeds.length === 0 };
}

/** The `errors` of a 50035 answer: a tree by path with `_errors` at its leaves. */
export function errorTree(problems: Problems): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [path, problem] of problems) {
    let node = tree;
    for (const key of path.split('.').filter((part) => part !== '_')) {
      node[key] ??= {};
      node = node[key] as Record<string, unknown>;
    }
    node._errors = [problem];
  }
  return tree;
}
