import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsoleSink } from '../../../alerts/sinks/console_sink.ts';
import { createDiscordSink } from '../../../alerts/sinks/discord_sink.ts';
import { createJsonLinesSink } from '../../../alerts/sinks/json_lines_sink.ts';
import type { AlertSink } from '../../../alerts/sinks/sink.ts';
import { startDiscordDouble } from '../../../doubles/discord/discord_double.ts';
import { madeUpRecord, T0 } from '../made_up_record.ts';

/** A sink and what it has given away so far, one text a message. */
interface Subject {
  readonly sink: AlertSink;
  readonly given: () => string[];
  readonly close: () => Promise<void>;
}

const KINDS: Readonly<Record<string, (folder: string) => Promise<Subject>>> = {
  console: async () => {
    const lines: string[] = [];
    const sink = createConsoleSink({ result: (line) => lines.push(line) });
    const given = () =>
      lines
        .join('\n')
        .split(/(?=^ALERT )/m)
        .filter((text) => text !== '');
    return { sink, given, close: async () => {} };
  },
  json_lines: async (folder) => {
    const sink = createJsonLinesSink(folder, () => T0);
    const given = () => readFileSync(join(folder, 'alerts-2026-11-21.jsonl'), 'utf8').split('\n').slice(0, -1);
    return { sink, given, close: async () => {} };
  },
  discord: async () => {
    const double = await startDiscordDouble({ webhooks: new Map([['7', 'a-secret-token']]) });
    const sink = createDiscordSink('hook', double.webhookUrl('7'));
    return { sink, given: () => double.messages.map(({ body }) => JSON.stringify(body)), close: double.close };
  },
};

describe.each(Object.keys(KINDS))('the sink %s', (kind) => {
  let folder: string;
  let subject: Subject;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-sink-'));
    subject = await KINDS[kind](folder);
  });
  afterEach(async () => {
    await subject.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives each alert once, in order, with its title, market and reasons', async () => {
    const records = ['first', 'second', 'third'].map((title, i) => madeUpRecord({ title, tradeId: `t${i}` }));
    for (const record of records)
      expect(await subject.sink.deliver({ record, isRepeat: false })).toMatchObject({ kind: 'sent' });
    expect(subject.given().map((text) => /first|second|third/.exec(text)?.[0])).toEqual(['first', 'second', 'third']);
    for (const text of subject.given()) expect(text).toMatch(/Will it rain\?.*The wallet is 3 hours old\./s);
  });

  it('says its kind, has a name without secrets and is ready at first', () => {
    expect(subject.sink.kind).toBe(kind);
    expect(subject.sink.name).not.toContain('token');
    expect(subject.sink.readyAtMs()).toBeLessThanOrEqual(T0);
  });

  it('takes a title of 5,000 characters with control characters, and none of them comes out', async () => {
    const title = '\u001b[31m@everyone\u202e\u0007 '.repeat(400).slice(0, 5000);
    const record = madeUpRecord({ title, marketTitle: title });
    expect(await subject.sink.deliver({ record, isRepeat: false })).toMatchObject({ kind: 'sent' });
    expect(subject.given()).toHaveLength(1);
    // JSON may hold bidirectional characters as they are: it is data for programs.
    expect(subject.given()[0]).not.toMatch(kind === 'json_lines' ? /(?!\n)\p{Cc}/u : /(?!\n)[\p{Cc}\p{Bidi_C}]/u);
  });

  it('shows that a message may be a repeat, or does not repeat it', async () => {
    const record = madeUpRecord();
    await subject.sink.deliver({ record, isRepeat: false });
    expect(await subject.sink.deliver({ record, isRepeat: true })).toMatchObject({ kind: 'sent' });
    const repeats = subject.given().slice(1);
    expect(repeats).toHaveLength(kind === 'json_lines' ? 0 : 1);
    for (const text of repeats) expect(text).toContain('may be a repeat');
  });
});

describe('the sink json_lines', () => {
  it('keeps files of the last 90 days and leaves other files alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-sink-'));
    const files = ['alerts-2026-08-22.jsonl', 'alerts-2026-08-23.jsonl', 'notes.txt'];
    for (const file of files) writeFileSync(join(folder, file), '');
    createJsonLinesSink(folder, () => T0);
    const isLeft = files.map((file) => {
      try {
        return readFileSync(join(folder, file)).length === 0;
      } catch {
        return false;
      }
    });
    expect(isLeft).toEqual([false, true, true]);
    rmSync(folder, { recursive: true, force: true });
  });
});
