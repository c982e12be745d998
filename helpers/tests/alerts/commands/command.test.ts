import { expect, test } from 'vitest';
import { parseCommand } from '../../../alerts/commands/command.ts';
import { HOUR_MS, MINUTE_MS } from '../../../run/clock.ts';

test.each([
  ['/status', { kind: 'status' }],
  ['  /Status@spyhop_bot ', { kind: 'status' }],
  ['/mute', { kind: 'mute', ms: HOUR_MS }],
  ['/mute 30m', { kind: 'mute', ms: 30 * MINUTE_MS }],
  ['/mute@spyhop_bot 2H', { kind: 'mute', ms: 2 * HOUR_MS }],
  ['/mute 1d', { kind: 'mute', ms: 24 * HOUR_MS }],
  ['/mute 9999d', { kind: 'mute', ms: 7 * 24 * HOUR_MS }],
  ['/mute off', { kind: 'mute', ms: 0 }],
  ['/mute 0m', { kind: 'help' }],
  ['/mute soon', { kind: 'help' }],
  ['/status now', { kind: 'help' }],
  ['/start', { kind: 'help' }],
  ['hello', null],
  ['see /status', null],
  ['/mute 30m please', null],
  ['', null],
])('%j is %j', (text, command) => {
  expect(parseCommand(text)).toEqual(command);
});
