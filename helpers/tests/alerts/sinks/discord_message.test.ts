import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discordMessage } from '../../../alerts/sinks/discord_message.ts';
import { checkMessage } from '../../../doubles/discord/message_limits.ts';
import { madeUpRecord } from '../made_up_record.ts';

/** All texts of a message that Discord reads as markdown. */
function markdownOf(message: ReturnType<typeof discordMessage>): string[] {
  const [embed] = message.embeds;
  return [embed.title, embed.description ?? '', ...embed.fields.flatMap(({ name, value }) => [name, value])];
}

const NASTY = '@everyone <@&1> **x** [a](https://evil.example) \u202e\u0000 `x` || # > https://evil.example 👩‍👩‍👧';
const EMPTY_TEXTS = {
  title: '',
  marketTitle: '',
  outcomeName: '',
  wallet: '',
  modelRun: '',
  rule: '',
  category: '',
  reasons: [],
};
const nastyText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.integer({ min: 0, max: 6000 }).map((n) => NASTY.repeat(80).slice(0, n)),
  fc.constantFrom('', '   ', '\u200b', '\ud800', 'z'.padEnd(6000, '\u0301')),
);

describe('a message for Discord', () => {
  it('says why with numbers, and links to the venue', () => {
    const links = [{ label: 'Market', url: 'https://polymarket.com/market/rain' }];
    const message = discordMessage({ record: madeUpRecord({ links, p: 0.0123 }), isRepeat: false });
    const [embed] = message.embeds;
    expect(message.allowed_mentions).toEqual({ parse: [] });
    expect(embed.title).toBe('A new wallet bought for $61,500');
    expect(embed.url).toBe(links[0].url);
    expect(embed.description).toBe('**Will it rain?\\: Yes**\n• The wallet is 3 hours old.');
    expect(Object.fromEntries(embed.fields.map(({ name, value }) => [name, value]))).toMatchObject({
      Rule: 'fresh whale',
      Amount: '$61,500',
      Price: '$0.615 a share',
      Score: '0.93',
      p: '0.012',
      'Known after': '2.0s',
      Links: '[Market](https://polymarket.com/market/rain)',
    });
    expect(embed.timestamp).toBe('2026-11-21T11:59:58.000Z');
  });

  it('is marked when it is a test, and when an earlier one may have arrived', () => {
    const titleOf = (isTest: boolean, isRepeat: boolean) =>
      discordMessage({ record: madeUpRecord({ isTest, title: 'x' }), isRepeat }).embeds[0].title;
    expect(titleOf(true, false)).toBe('\\[test\\] x');
    expect(titleOf(false, true)).toBe('\\[may be a repeat\\] x');
  });

  it('with a title of 5,000 characters full of mentions pings nobody and keeps within the limits', () => {
    const marketTitle = '@everyone @here <@123456> <@&99> '.repeat(152).slice(0, 5000);
    const record = madeUpRecord({ title: marketTitle, marketTitle, reasons: [marketTitle, marketTitle] });
    const message = discordMessage({ record, isRepeat: true });
    expect(checkMessage(message).problems).toEqual(new Map());
    for (const text of markdownOf(message)) expect(text).not.toMatch(/(?<!\\)[@<]/);
    expect(message.embeds[0].title).toMatch(/^\\\[may be a repeat\\\] \\@everyone/);
  });

  it('keeps within the limits whatever the texts are, and no text of a venue has a meaning in markdown', () => {
    fc.assert(
      fc.property(
        fc.record({
          title: nastyText,
          marketTitle: nastyText,
          outcomeName: nastyText,
          wallet: nastyText,
          modelRun: nastyText,
          rule: nastyText,
          category: nastyText,
          reasons: fc.array(nastyText, { maxLength: 30 }),
          links: fc.array(
            fc.record({
              label: nastyText,
              url: fc.nat(3000).map((n) => `https://e.org/${'a'.repeat(n)}`),
            }),
            { maxLength: 30 },
          ),
        }),
        (texts) => {
          const message = discordMessage({ record: madeUpRecord(texts), isRepeat: true });
          expect([...checkMessage(message).problems]).toEqual([]);
          const own = /^\*\*|\*\*$|\[[^\]]*\]\(https:\/\/e\.org\/a*\)/gm;
          for (const text of markdownOf(message)) {
            const unescaped = text.replace(/\\./gs, '');
            expect(unescaped.replace(own, (mark) => mark.replace(/^\[|\]\(.*$|\*/g, ''))).not.toMatch(
              /[@<>`*_~|#[\]()]|:\/\//,
            );
          }
        },
      ),
      { numRuns: 60, examples: [[{ ...EMPTY_TEXTS, links: [{ label: '[|', url: 'https://e.org/' }] }]] },
    );
  });
});
