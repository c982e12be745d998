/** Questions about open markets from the watch list to the table: asked once, recorded, scored when the market has a result. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LlmBehaviour, type LlmDouble, startLlmDouble } from '../../../doubles/llm.ts';
import type { Double } from '../../../doubles/server.ts';
import { startWeatherDouble } from '../../../doubles/weather.ts';
import { type AskFacts, askOpenMarkets } from '../../../forecast/asked/ask_open_markets.ts';
import { askJob } from '../../../forecast/asked/ask_options.ts';
import { askedQuestions, summariseRecord, withAskedMarkets } from '../../../forecast/asked/asked_questions.ts';
import { presentAsking } from '../../../forecast/asked/asked_report.ts';
import { readRecord, recordPath } from '../../../forecast/asked/record.ts';
import { parseModel } from '../../../forecast/llm/models.ts';
import { forecastsFrame, openForecasts } from '../../../forecast/open_markets.ts';
import { scoreForecasts } from '../../../forecast/scores.ts';
import { trackRecord } from '../../../forecast/track_record.ts';
import type { HttpPorts } from '../../../http/ports.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { takerFeeUsd } from '../../../venues/fees.ts';
import { quickPorts } from '../../http/faulty_server.ts';
import { refusal } from '../../refusal.ts';
import { type SmallMarket, startSmallKalshi, watch } from './small_kalshi.ts';

const BULLETIN = ` KAUS    NBM V5.0 NBP GUIDANCE    12/01/2026  0700 UTC
 FHR    17  29
 TXNP1  97  71
 TXNP2  98  72
 TXNP5  99  73
 TXNP7 100  74
 TXNP9 100  75
`;
const NOW = Date.UTC(2026, 11, 1, 12);
const RAIN: SmallMarket = { ticker: 'KXRAIN-1-A', event: 'KXRAIN-1', closesMs: NOW + 2 * DAY_MS, bid: 0.3, ask: 0.34 };
const SNOW: SmallMarket = { ticker: 'KXSNOW-1-B', event: 'KXSNOW-1', closesMs: NOW + 2 * DAY_MS, bid: 0.6, ask: 0.62 };

let folder = '';
let kalshi: Double;
let llm: LlmDouble;
let weather: Double;
let markets: readonly SmallMarket[] | null;
let says: LlmBehaviour;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-asked-'));
  markets = [RAIN, SNOW];
  says = { kind: 'answer', p: 0.5 };
  kalshi = await startSmallKalshi(() => markets);
  llm = await startLlmDouble(() => says);
  weather = await startWeatherDouble({ bulletin: () => BULLETIN, reports: () => [], readings: () => [] });
  watch(folder, [RAIN, SNOW], NOW - HOUR_MS);
});
afterEach(async () => {
  await Promise.all([kalshi.close(), llm.close(), weather.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A clock that goes on, if only a millisecond at each look: what is fetched for an answer comes later than the question. */
function tickingPorts(startMs: number): HttpPorts {
  const ports = quickPorts(startMs);
  let nLooks = 0;
  return { ...ports, nowMs: () => ports.nowMs() + nLooks++ };
}

function ask(atMs = NOW, words: readonly string[] = [`openai:m,in=2,out=10,url=${llm.baseUrl}`]): Promise<AskFacts> {
  const settings = {
    ...{ nMarketsMax: 10, models: words.map(parseModel), nRepeats: 2, usdPerDay: 1, kalshiUrl: kalshi.baseUrl },
    ...{ nbmUrl: weather.baseUrl, nwsUrl: weather.baseUrl },
  };
  const ports = tickingPorts(atMs);
  const log = { note: () => undefined, warn: () => undefined };
  return askOpenMarkets({ dataDir: folder, log }, askJob(settings, folder, ports), ports);
}
/** Within seconds. */
const about = (ms: number): number => expect.closeTo(ms, -4);
const answers = () => readRecord(folder).filter((line) => line.kind === 'answer');
/** What 24 makes of the record, without a tape. */
function made() {
  const record = readRecord(folder);
  const all = withAskedMarkets(null, record);
  const { answered } = trackRecord(askedQuestions(record, all));
  return { answered, open: openForecasts(answered, all.markets, 0.005, NOW + 30 * DAY_MS) };
}

describe('questions about open markets', () => {
  it('are asked about the watch list and recorded with the prices, the cost and the time of that moment', async () => {
    const facts = await ask();
    const usd = 2 * 0.002;
    expect(facts.rows.find(({ name }) => name === 'llm')).toEqual({
      ...{ name: 'llm', nAsked: 2, nAnswered: 2, usd: expect.closeTo(2 * usd, 9), whys: [] },
    });
    const [rain] = answers();
    expect(rain).toMatchObject({ forecaster: 'llm', ticker: 'KXRAIN-1-A', bid: 0.3, ask: 0.34, toldMs: about(NOW) });
    expect(rain).toMatchObject({ usd: expect.closeTo(usd, 9), forecast: { kind: 'estimate', n: 2 }, feeRate: 0.07 });
    expect(presentAsking(facts).lines.join('\n')).toMatch(/Language models +2 +2 +\$0\.0080 +\$0\.0040/);
  });

  it('are not asked again within six hours, and are after that', async () => {
    await ask();
    const facts = await ask(NOW + HOUR_MS);
    expect([llm.nRequests, facts.rows[0].nAsked, answers().length]).toEqual([4, 0, 2]);
    await ask(NOW + 7 * HOUR_MS);
    expect([llm.nRequests, answers().length]).toEqual([8, 4]);
  });

  it('are about the price of that moment, not that of the scan, and about nothing that has ended or that nobody offers', async () => {
    markets = [
      { ...RAIN, bid: 0.1, ask: 0.12 },
      { ...SNOW, status: 'closed' },
    ];
    const facts = await ask();
    expect([facts.nMarkets, facts.nTraded]).toEqual([2, 1]);
    expect(answers()).toMatchObject([{ ticker: 'KXRAIN-1-A', bid: 0.1, ask: 0.12 }]);
  });

  it('have no answer without a model or a key, and that is said once, whatever is asked again', async () => {
    for (const hour of [0, 1, 2]) await ask(NOW + hour * HOUR_MS, []);
    expect(
      answers()
        .filter(({ forecaster }) => forecaster === 'llm')
        .map(({ forecast }) => forecast),
    ).toEqual(Array(2).fill({ kind: 'abstain', why: 'no language model is set up' }));
    const facts = await ask(NOW + 3 * HOUR_MS, [
      'anthropic:claude-x,in=3,out=15,key=NO_SUCH_KEY,url=http://127.0.0.1:9',
    ]);
    expect(facts.rows[0].whys).toEqual([['anthropic claude-x has no key', 2]]);
    expect(llm.nRequests).toBe(0);
    expect(summariseRecord(readRecord(folder))[0]).toMatchObject({
      ...{ name: 'llm', nTold: 4, nEstimates: 0, usd: 0, lastWhy: 'anthropic claude-x has no key' },
    });
  });

  it('keep to the budget of the day over runs, and what was refused is told', async () => {
    says = { kind: 'refuse' };
    const facts = await ask();
    expect(facts.rows[0]).toMatchObject({ nAnswered: 0, whys: [['openai m: it refused', 2]] });
    expect(answers().every(({ usd }) => usd > 0)).toBe(true);
  });

  it('are left when there is no list, an old one, or no Kalshi; the run goes on and says so', async () => {
    markets = null;
    expect((await ask()).fault).toMatch(/^Kalshi \/markets: status 403/);
    watch(folder, [RAIN], NOW - 2 * DAY_MS);
    expect((await ask()).fault).toBe('the watch list is 48h 00m old; 23_scan_markets.ts makes a new one');
    rmSync(join(folder, 'live', 'scan'), { recursive: true });
    const facts = await ask();
    expect(presentAsking(facts).lines).toEqual([
      'No open market was asked about: there is no watch list; 23_scan_markets.ts makes one.',
    ]);
    expect(kalshi.nRequests).toBe(1);
  });

  it('survive a crash in the middle of a line, and no other damage', async () => {
    await ask();
    appendFileSync(recordPath(folder), '{"kind":"ans');
    await ask(NOW + 7 * HOUR_MS);
    expect(answers()).toHaveLength(4);
    appendFileSync(recordPath(folder), '{"kind":"odd"}\n');
    expect(refusal(() => readRecord(folder))).toMatch(/^corrupt-file: line 5 of .* cannot be read$/);
  });
});

describe('the weather', () => {
  const rung = (name: string, strike: SmallMarket['strike'], changes: Partial<SmallMarket> = {}): SmallMarket => ({
    ...{ ticker: `KXHIGHAUS-26DEC01-${name}`, event: 'KXHIGHAUS-26DEC01', closesMs: Date.UTC(2026, 11, 2, 6) },
    ...{ rules: 'as reported in CLIAUS', strike },
    ...changes,
  });
  const LADDER = [
    rung('T97', { strike_type: 'less', cap_strike: 97 }, { status: 'closed' }),
    rung('B97.5', { strike_type: 'between', floor_strike: 97, cap_strike: 98 }),
    rung('B99.5', { strike_type: 'between', floor_strike: 99, cap_strike: 100 }),
    rung('T100', { strike_type: 'greater', floor_strike: 100 }),
  ];

  it('is asked about markets of temperatures alone, needs no key, and looks at the whole ladder of the event', async () => {
    markets = [RAIN, ...LADDER];
    watch(folder, [RAIN, ...LADDER.slice(1, 3)], NOW);
    const facts = await ask(NOW, []);
    expect(facts.rows[1]).toMatchObject({ name: 'weather', nAsked: 2, nAnswered: 2, usd: 0 });
    const told = answers().filter(({ forecaster }) => forecaster === 'weather');
    expect(told.map(({ ticker, forecast }) => [ticker, forecast.kind === 'estimate' && forecast.p.toFixed(3)])).toEqual(
      [
        ['KXHIGHAUS-26DEC01-B97.5', '0.206'],
        ['KXHIGHAUS-26DEC01-B99.5', '0.223'],
      ],
    );
    expect(told[0].forecast).toMatchObject({ sources: ['NBM bulletin of 2026-12-01T07:00:00.000Z'] });
  });

  it('abstains where a service does not answer, and the others go on', async () => {
    markets = [RAIN, ...LADDER];
    watch(folder, [LADDER[1], RAIN], NOW);
    await weather.close();
    const facts = await ask();
    expect(facts.rows.map(({ nAnswered }) => nAnswered)).toEqual([2, 0]);
    expect(facts.rows[1].whys[0][0]).toMatch(/^NBM bulletins .*ECONNREFUSED/);
  });
});

describe('what was recorded', () => {
  it('is a row of 19_forecasts: pooled, blended, and the edge against the quote itself', async () => {
    await ask();
    const rain = made().open.find(({ marketId }) => marketId === 'KXRAIN-1-A')!;
    expect(rain).toMatchObject({
      asOfMs: about(NOW),
      venue: 'kalshi',
      forecasters: ['llm'],
      marketP: expect.closeTo(0.32, 9),
    });
    expect(rain.pool).toBeCloseTo(0.5, 9);
    // Two thirds on the market before there is a record.
    expect(rain.p).toBeCloseTo(1 / (1 + Math.exp(-0.67 * Math.log(0.32 / 0.68))), 3);
    expect(rain.edgeYes).toBeCloseTo(rain.p - 0.34 - takerFeeUsd('kalshi', 100, 0.34, null, null) / 100, 9);
    expect(rain.edgeNo).toBeCloseTo(1 - rain.p - 0.7 - takerFeeUsd('kalshi', 100, 0.7, null, null) / 100, 9);
    expect(forecastsFrame([rain]).getColumn('forecasters').toArray()).toEqual(['llm']);
  });

  it('is scored beside the price once the market has paid, and only from when we knew', async () => {
    await ask();
    const ended = { status: 'finalized', closesMs: NOW + 2 * DAY_MS };
    markets = [
      { ...RAIN, ...ended, result: 'yes' },
      { ...SNOW, ...ended, result: '', value: '0.2500' },
    ];
    expect(await ask(NOW + DAY_MS)).toMatchObject({ nResults: 0 });
    expect(await ask(NOW + 3 * DAY_MS)).toMatchObject({ nResults: 2 });
    expect(await ask(NOW + 4 * DAY_MS)).toMatchObject({ nResults: 0 });
    const { answered, open } = made();
    expect(open).toEqual([]);
    expect(answered.map(({ payout, knownMs }) => [payout, knownMs])).toEqual([
      [1, about(NOW + 3 * DAY_MS)],
      [0.25, about(NOW + 3 * DAY_MS)],
    ]);
    const [score] = scoreForecasts(answered, 1);
    expect(score).toMatchObject({ name: 'llm', n: 1, nEvents: 1 });
    expect(score.brier).toBeCloseTo(0.25, 9);
    expect(score.marketBrier).toBeCloseTo(0.68 ** 2, 9);
  });

  it('stays open where a result is not final yet', async () => {
    await ask();
    markets = [{ ...RAIN, status: 'determined', result: 'yes' }, SNOW];
    await ask(NOW + 3 * DAY_MS);
    expect(readRecord(folder).some(({ kind }) => kind === 'result')).toBe(false);
  });
});

describe('a model in words', () => {
  it('has an interface, a name, prices, a weight and what it was trained until', () => {
    expect(parseModel('openai:gpt-6-luna,in=1.25,out=10,until=2026-06-30')).toMatchObject({
      ...{ api: 'openai', model: 'gpt-6-luna', weight: 0.55, usdPerMillionIn: 1.25, usdPerMillionOut: 10 },
      trainedUntilMs: Date.parse('2026-06-30T23:59:59Z'),
    });
  });

  it('at another address never gets the key of the provider', () => {
    process.env.OPENAI_API_KEY = 'sk-of-openai';
    expect(parseModel('openai:m,in=0,out=0').key).toBe('sk-of-openai');
    expect(parseModel('openai:m,in=0,out=0,url=http://127.0.0.1:1').key).toBe('');
    delete process.env.OPENAI_API_KEY;
    expect(parseModel('openai:m,in=0,out=0').key).toBeNull();
  });

  it('is refused without prices, with an unknown word or another interface', () => {
    for (const word of [
      'openai:m',
      'openai:m,in=1',
      'openai:m,in=x,out=1',
      'openai:m,in=1,out=1,cost=1',
      'gpt:m',
      'openai:',
    ])
      expect(refusal(() => parseModel(word))).toMatch(/^bad-option: --llm /);
    expect(refusal(() => parseModel('openai:m,in=1,out=1,until=June'))).toBe(
      'bad-option: --llm openai:m,in=1,out=1,until=June: until=June is no day',
    );
  });
});
