/** 24 and 25 as whoever types them runs them: a watch list, a Kalshi, a provider of models and the weather's services on this machine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPart } from '../../../demo/stream_processes.ts';
import { type LlmDouble, startLlmDouble } from '../../../doubles/llm.ts';
import type { Double } from '../../../doubles/server.ts';
import { startWeatherDouble } from '../../../doubles/weather.ts';
import { readRecord } from '../../../forecast/asked/record.ts';
import { DAY_MS, nowMs } from '../../../run/clock.ts';
import { FORECASTS } from '../../../tables/schemas.ts';
import { openTable, readTable } from '../../../tables/table_store.ts';
import { type SmallMarket, startSmallKalshi, watch } from './small_kalshi.ts';

const LONG_MS = 120_000;
const SECRET = 'sk-a-key-that-nobody-may-see';
const RAIN: SmallMarket = { ticker: 'KXRAIN-1-A', event: 'KXRAIN-1', closesMs: nowMs() + DAY_MS, bid: 0.3, ask: 0.34 };
const SNOW: SmallMarket = { ticker: 'KXSNOW-1-B', event: 'KXSNOW-1', closesMs: nowMs() + DAY_MS, bid: 0.6, ask: 0.62 };

let dataDir = '';
let doubles: { readonly kalshi: Double; readonly llm: LlmDouble; readonly weather: Double };
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'spyhop-forecast-scripts-'));
  doubles = {
    kalshi: await startSmallKalshi(() => [RAIN, SNOW]),
    llm: await startLlmDouble((_, n) => (n === 0 ? { kind: 'refuse' } : { kind: 'answer', p: 0.5 })),
    weather: await startWeatherDouble({ bulletin: () => null, reports: () => [], readings: () => [] }),
  };
  watch(dataDir, [RAIN, SNOW], nowMs());
});
afterAll(async () => {
  await Promise.all(Object.values(doubles).map((double) => double.close()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function run(step: string, words: readonly string[]): Promise<{ text: string; code: number | null }> {
  const { kalshi, weather } = doubles;
  const common = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models')];
  const env = { KALSHI_URL: kalshi.baseUrl, NBM_URL: weather.baseUrl, NWS_URL: weather.baseUrl, MY_LLM_KEY: SECRET };
  const part = startPart(step, [...common, ...words], env);
  await part.ended;
  return { text: part.text(), code: await part.stop() };
}

describe('24', () => {
  it(
    'says that nobody can be asked without a model, and ends well',
    async () => {
      const { text, code } = await run('forecast_markets', []);
      expect(text).toMatch(/Language models +2 +0 .* no language model is set up \(2 times\)/);
      expect(text).toContain('No open market has a forecast.');
      expect(code).toBe(0);
    },
    LONG_MS,
  );

  it(
    'writes what a model has said into 19_forecasts, tells what it cost, and shows no key',
    async () => {
      const model = `openai:m,in=2,out=10,url=${doubles.llm.baseUrl},key=MY_LLM_KEY`;
      const { text, code } = await run('forecast_markets', ['--llm', model, '--usd-per-day', '0.1']);
      expect(text).toMatch(/Language models +2 +2 +\$0\.0120 +\$0\.0060/);
      expect(doubles.llm.asked[0].key).toBe(SECRET);
      expect(text).not.toContain(SECRET);
      expect(code).toBe(0);
      const rows = readTable(openTable(dataDir, FORECASTS)).toRecords() as Record<string, unknown>[];
      expect(rows.map(({ market_id, forecasters }) => [market_id, forecasters]).sort()).toEqual([
        ['KXRAIN-1-A', 'llm'],
        ['KXSNOW-1-B', 'llm'],
      ]);
      expect(
        readRecord(dataDir).filter((line) => line.kind === 'answer' && line.forecast.kind === 'estimate'),
      ).toHaveLength(2);
    },
    LONG_MS,
  );

  it(
    'refuses a model without prices in one line',
    async () => {
      const { text, code } = await run('forecast_markets', ['--llm', 'openai:m']);
      expect(text).toMatch(/^error: --llm openai:m: in= must be a number of at least 0\nhint: /m);
      expect(code).toBe(2);
    },
    LONG_MS,
  );
});

describe('25 on what was recorded', () => {
  it(
    'needs prices to trade at, then tests it on the order books of 21',
    async () => {
      const refused = await run('backtest_strategies', ['--strategy', 'llm']);
      expect(refused.text).toMatch(
        /^error: there are no prices to trade at: .*live\/frames\/kalshi holds no recording/m,
      );
      expect(refused.code).toBe(2);
      const frames = join(dataDir, 'live', 'frames', 'kalshi');
      mkdirSync(frames, { recursive: true });
      const line = { n: 0, received_ms: nowMs(), kind: 'file', text: '{"venue":"kalshi","markets":[]}' };
      writeFileSync(join(frames, '20261201T000000000Z.jsonl'), `${JSON.stringify(line)}\n`);
      const { text, code } = await run('backtest_strategies', ['--strategy', 'llm']);
      expect(text).toContain('Orders took what recorded order books offered after the delay');
      expect(text).toContain('Language models made no trade');
      expect(code).toBe(0);
    },
    LONG_MS,
  );
});
