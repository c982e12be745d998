import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { routeAlert } from '../../../alerts/routing.ts';
import { configuredSinks } from '../../../alerts/sinks/configured_sinks.ts';
import { refusal } from '../../refusal.ts';
import { madeUpRecord } from '../made_up_record.ts';

const FOLDER = join(tmpdir(), 'spyhop-nothing-is-written-here');
const SECRET = 'a-secret_TOKEN';

function configure(variables: Readonly<Record<string, string>>) {
  return configuredSinks(FOLDER, { result: () => {} }, { env: (name) => variables[name] });
}

describe('sinks from the environment', () => {
  it('are the console and JSON lines when nothing is set', () => {
    const { sinks, routes } = configure({});
    expect(sinks.map(({ name }) => name)).toEqual(['console', 'json_lines']);
    expect(routeAlert(madeUpRecord(), routes)).toEqual(['console', 'json_lines']);
  });

  it('are also a webhook for each variable, by category', () => {
    const { sinks, routes } = configure({
      DISCORD_WEBHOOK_URL: `https://discord.com/api/webhooks/1/${SECRET}`,
      DISCORD_WEBHOOK_URL_SPORTS: `https://discord.com/api/webhooks/2/${SECRET}`,
    });
    expect(sinks.map(({ name }) => name).slice(2)).toEqual(['DISCORD_WEBHOOK_URL', 'DISCORD_WEBHOOK_URL_SPORTS']);
    expect(routeAlert(madeUpRecord({ category: 'sports' }), routes).slice(2)).toEqual(['DISCORD_WEBHOOK_URL_SPORTS']);
    expect(routeAlert(madeUpRecord({ category: 'other' }), routes).slice(2)).toEqual(['DISCORD_WEBHOOK_URL']);
  });

  it('refuse an address that is no webhook by the name of its variable, without showing it', () => {
    expect(refusal(() => configure({ DISCORD_WEBHOOK_URL_CRYPTO: `https://evil.example/${SECRET}` }))).toBe(
      'bad-option: DISCORD_WEBHOOK_URL_CRYPTO: the address is not that of a Discord webhook',
    );
  });
});
