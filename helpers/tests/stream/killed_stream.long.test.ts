import { expect, test } from 'vitest';
import { killAtRandom } from './kills.ts';

/** KILLS=200 for as many as the issue asks for. */
const N_KILLS = Number(process.env.KILLS ?? 12);

test(`${N_KILLS} kills of ingestor, analyzer and alerter under load: every planted alert is sent once, nothing waits`, async () => {
  const { planted, found, duplicated, waiting, dead, kills, text } = await killAtRandom(N_KILLS);
  expect(found, `${JSON.stringify(kills)}\n${text.slice(-3000)}`).toEqual(planted);
  expect({ duplicated, waiting, dead }).toEqual({ duplicated: [], waiting: 0, dead: 0 });
  expect(text).not.toContain('a bug in Spyhop');
}, 3_600_000);
