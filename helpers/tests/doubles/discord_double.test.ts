import { afterEach, describe, expect, it } from 'vitest';
import { type DiscordDouble, startDiscordDouble } from '../../doubles/discord/discord_double.ts';
import { checkMessage } from '../../doubles/discord/message_limits.ts';

const open: DiscordDouble[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((double) => double.close()));
});

async function startDouble(nowMs: () => number = () => 1_000_000): Promise<DiscordDouble> {
  const double = await startDiscordDouble({ webhooks: new Map([['7', 'secret-token']]), nowMs });
  open.push(double);
  return double;
}

function post(double: DiscordDouble, body: unknown, path = '/api/v10/webhooks/7/secret-token?wait=true') {
  return fetch(`${double.origin}${path}`, { method: 'POST', body: JSON.stringify(body) });
}

interface ErrorBody {
  readonly code: number;
  readonly errors: { readonly embeds: Record<number, { readonly title: { readonly _errors: { code: string }[] } }> };
}

async function readJson(answer: Response): Promise<ErrorBody> {
  return (await answer.json()) as ErrorBody;
}

const embed = (changes: object) => ({ embeds: [{ title: 'x', ...changes }] });
const a = (n: number): string => 'a'.repeat(n);
const field = { name: 'n', value: 'v' };

describe('the limits of a message', () => {
  const wrongAt = (body: unknown): string[] => [...checkMessage(body).problems.keys()];

  it('let through what has just the length allowed, counted after trimming', () => {
    const largest = {
      content: a(2000),
      embeds: [
        { title: a(256), description: `  ${a(4096)}\n`, fields: Array(25).fill(field), footer: { text: a(1598) } },
      ],
    };
    // 256 + 4096 + 25 × 2 + 1598 = 6000
    expect(wrongAt(largest)).toEqual([]);
    largest.embeds[0].footer.text += 'a';
    expect(wrongAt(largest)).toEqual(['embeds']);
  });

  it('name each place where something is too long, too many, empty or of the wrong kind', () => {
    expect(wrongAt({ content: a(2001) })).toEqual(['content']);
    expect(wrongAt({ embeds: Array(11).fill({ title: 'x' }) })).toEqual(['embeds']);
    expect(wrongAt(embed({ title: a(257) }))).toEqual(['embeds.0.title']);
    expect(wrongAt(embed({ description: a(4097) }))).toEqual(['embeds.0.description']);
    expect(wrongAt(embed({ fields: Array(26).fill(field) }))).toEqual(['embeds.0.fields']);
    expect(wrongAt(embed({ fields: [{ name: a(257), value: ' ' }] }))).toEqual([
      'embeds.0.fields.0.name',
      'embeds.0.fields.0.value',
    ]);
    expect(wrongAt(embed({ fields: [{ name: 'n', value: a(1025) }] }))).toEqual(['embeds.0.fields.0.value']);
    expect(wrongAt(embed({ footer: { text: a(2049) } }))).toEqual(['embeds.0.footer.text']);
    expect(wrongAt(embed({ author: { name: a(257) } }))).toEqual(['embeds.0.author.name']);
    expect(wrongAt(embed({ url: 'file:///x', color: 0x1000000, timestamp: 'today' }))).toEqual([
      'embeds.0.url',
      'embeds.0.color',
      'embeds.0.timestamp',
    ]);
    expect(wrongAt({ content: 'x', username: 'discord' })).toEqual(['username']);
    expect(wrongAt([])).toEqual(['_']);
  });
});

describe('the double of Discord', () => {
  it('answers 200 with the message when asked to wait, and 204 without a body when not', async () => {
    const double = await startDouble();
    const waited = await post(double, { content: 'hello' });
    expect([waited.status, await waited.json()]).toMatchObject([200, { id: double.messages[0].id, webhook_id: '7' }]);
    const quick = await post(double, { content: 'hello' }, '/api/v10/webhooks/7/secret-token');
    expect([quick.status, await quick.text()]).toEqual([204, '']);
    expect(double.messages.map(({ body }) => body.content)).toEqual(['hello', 'hello']);
  });

  it('gives the code of every error', async () => {
    const double = await startDouble();
    const codes: unknown[] = [];
    const paths = ['/api/v10/webhooks/8/secret-token', '/api/v10/webhooks/7/other', '/api/webhooks/7/secret-token'];
    const answers = [
      ...(await Promise.all(paths.map((path) => post(double, { content: 'x' }, path)))),
      await post(double, {}),
    ];
    for (const answer of answers) codes.push([answer.status, (await readJson(answer)).code]);
    expect(codes).toEqual([
      [404, 10015],
      [401, 50027],
      [404, 0],
      [400, 50006],
    ]);
    const tree = await readJson(await post(double, embed({ title: a(257) })));
    expect(tree.code).toBe(50035);
    expect(tree.errors.embeds[0].title._errors[0].code).toBe('BASE_TYPE_MAX_LENGTH');
    expect(double.messages).toEqual([]);
  });

  it('lets five requests through in two seconds and says when the next may come', async () => {
    let now = 1_000_000;
    const double = await startDouble(() => now);
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await post(double, { content: 'x' })).status);
    now += 1360;
    const sixth = await post(double, { content: 'x' });
    expect([...statuses, sixth.status]).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await sixth.json()).toEqual({ message: 'You are being rate limited.', retry_after: 0.64, global: false });
    expect(sixth.headers.get('retry-after')).toBe('1');
    expect(sixth.headers.get('x-ratelimit-reset-after')).toBe('0.640');
    now += 640;
    expect((await post(double, { content: 'x' })).headers.get('x-ratelimit-remaining')).toBe('4');
  });
});
