import { expect, test } from 'vitest';
import { redact } from '../../http/redact.ts';

test('addresses that are keys lose the key and keep the rest', () => {
  expect(redact('POST https://discord.com/api/v10/webhooks/123/abc_DEF-9?wait=true failed')).toBe(
    'POST https://discord.com/api/v10/webhooks/123/***?wait=true failed',
  );
  expect(redact('https://api.telegram.org/bot12345:AA-bb_c/sendMessage')).toBe(
    'https://api.telegram.org/bot***/sendMessage',
  );
  expect(redact('https://gateway.thegraph.com/api/0123456789abcdef0123456789abcdef/subgraphs/id/81Dm')).toBe(
    'https://gateway.thegraph.com/api/***/subgraphs/id/81Dm',
  );
  expect(redact('amqp://user:pass@host/vhost')).toBe('amqp://***@host/vhost');
});

test('query values are hidden by name; public ids stay', () => {
  expect(redact('https://x.org/v1?apiKey=abc&token_id=123&access_token=zzz#top')).toBe(
    'https://x.org/v1?apiKey=***&token_id=123&access_token=***#top',
  );
});

test('given values are hidden wherever they stand, however they are spelt', () => {
  expect(redact('key "a\\"b/c+d" and a%22b%2Fc%2Bd', ['a"b/c+d'])).toBe('key "***" and ***');
});
