import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ModelWatch } from '../../stream/model_watch.ts';
import { START_MS, saveModel } from './made_up_stream.ts';

let models: string;
let lines: string[];
let watch: ModelWatch;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  models = mkdtempSync(join(tmpdir(), 'spyhop-models-'));
  lines = [];
  saveModel(models);
  watch = new ModelWatch(models, (line) => lines.push(line));
  watch.require();
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
  rmSync(models, { recursive: true, force: true });
});
const pass = (seconds: number): void => void vi.advanceTimersByTime(1000 * seconds);
const folder = (): string => join(models, 'kalshi_trade_anomaly');
const point = (text: string): void => writeFileSync(join(folder(), 'current.json'), text);

test('a model that is activated is used within a second', () => {
  saveModel(models, 'run-2');
  pass(1);
  expect(watch.of('kalshi')?.run).toBe('run-2');
  expect(lines.at(-1)).toBe('model run-2 of kalshi is active now');
});

test('what was ordinary in the categories when the model was trained goes with it', () => {
  expect([...watch.categoryBaselines()].map(([name, { n, asOfMs }]) => [name, n, asOfMs])).toEqual([
    ['category politics', 512, START_MS],
  ]);
});

test.each([
  ['the pointer to the active one cannot be read', () => point('')],
  [
    'the active one is damaged',
    () => {
      mkdirSync(join(folder(), 'bad'));
      writeFileSync(join(folder(), 'bad', 'model.json'), '{"format":');
      point(JSON.stringify({ run: 'bad', role: 'kalshi_trade_anomaly' }));
    },
  ],
])('the old model stays while %s, which is said once', (_, damage) => {
  damage();
  pass(5);
  expect(watch.of('kalshi')?.run).toBe('run-1');
  expect(lines.filter((line) => line.includes('is not used'))).toHaveLength(1);
  saveModel(models, 'run-2');
  pass(1);
  expect(watch.of('kalshi')?.run).toBe('run-2');
});
