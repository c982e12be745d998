import { describe, expect, it } from 'vitest';
import type { Forecast } from '../../../forecast/forecast.ts';
import type { AskedMarket } from '../../../forecast/forecaster.ts';
import { type WeatherSources, weatherForecaster } from '../../../forecast/weather/weather_forecaster.ts';
import { HOUR_MS } from '../../../run/clock.ts';

const BULLETIN = `
 KAUS    NBM V5.0 NBP GUIDANCE    9/17/2026  0100 UTC
 FHR    23  35| 47  59
 TXNP1  97  71| 87  66
 TXNP2  98  72| 88  68
 TXNP5  99  73| 89  71
 TXNP7 100  74| 90  73
 TXNP9 100  75| 91  74
`;
const RECEIVED = Date.UTC(2026, 8, 17, 2);

const market = (ticker: string, strike: AskedMarket['strike'], changes: Partial<AskedMarket> = {}): AskedMarket => ({
  ticker,
  event: 'KXHIGHAUS-26SEP17',
  series: 'KXHIGHAUS',
  question: 'Highest temperature in Austin?',
  rules: 'the highest temperature in the NWS Climatological Report (CLIAUS) …',
  closesMs: Date.UTC(2026, 8, 18, 5),
  strike,
  ...changes,
});
const LADDER = [
  market('low', { strike_type: 'less', cap_strike: 97 }),
  market('B97.5', { strike_type: 'between', floor_strike: 97, cap_strike: 98 }),
  market('B99.5', { strike_type: 'between', floor_strike: 99, cap_strike: 100 }),
  market('high', { strike_type: 'greater', floor_strike: 100 }),
];

function forecaster(changes: Partial<WeatherSources> = {}) {
  return weatherForecaster({
    refresh: async () => undefined,
    bulletin: async () => ({ text: BULLETIN, receivedMs: RECEIVED }),
    errors: async () => ({ bias: 0, rmse: 2, n: 60 }),
    observed: async () => null,
    ...changes,
  });
}
const ask = (
  changes: Partial<AskedMarket> = {},
  sources: Partial<WeatherSources> = {},
  siblings = LADDER,
): Promise<Forecast> => forecaster(sources).forecast({ ...LADDER[2], ...changes }, { siblings }, RECEIVED + HOUR_MS);
const whyNot = async (...args: Parameters<typeof ask>): Promise<string> => {
  const forecast = await ask(...args);
  return forecast.kind === 'abstain' ? forecast.why : `p = ${forecast.p}`;
};

describe('the weather forecaster', () => {
  it('answers each market of a ladder, and the answers add up to 1', async () => {
    const ps = await Promise.all(
      LADDER.map(async (one) => {
        const forecast = await forecaster().forecast(one, { siblings: LADDER }, RECEIVED + HOUR_MS);
        return forecast.kind === 'estimate' ? forecast.p : Number.NaN;
      }),
    );
    expect(ps.map((p) => p.toFixed(4))).toEqual(['0.1056', '0.2956', '0.3721', '0.2266']);
  });

  it('looks at the day in the ticker of the event: the next day is ten degrees colder', async () => {
    const tomorrow = LADDER.map((one) => ({
      ...one,
      event: 'KXHIGHAUS-26SEP18',
      closesMs: one.closesMs + 24 * HOUR_MS,
    }));
    const forecast = await forecaster().forecast(tomorrow[0], { siblings: tomorrow }, RECEIVED + HOUR_MS);
    expect(forecast.kind === 'estimate' && forecast.p).toBeGreaterThan(0.99);
  });

  it('is wider for a station without a record', async () => {
    const [known, unknown] = [await ask(), await ask({}, { errors: async () => null })];
    expect(known.kind === 'estimate' && unknown.kind === 'estimate' && known.p > unknown.p).toBe(true);
  });

  it('abstains, and says why, where something does not fit', async () => {
    expect(await whyNot({ series: 'KXRAINNYC' })).toBe('it is no market of daily temperatures');
    expect(await whyNot({ rules: 'the temperature in Austin' })).toBe('its rules name no station that is known');
    expect(await whyNot({ event: 'KXHIGHAUS-26SEP31' })).toBe('its date and its close do not fit');
    expect(await whyNot({ event: 'KXHIGHAUS-26SEP10' })).toBe('its date and its close do not fit');
    expect(await whyNot({}, {}, [...LADDER, market('odd', { strike_type: 'custom' })])).toBe(
      'a strike of its event is not in whole degrees',
    );
    expect(await whyNot({}, { bulletin: async () => null })).toBe('no bulletin tells of KAUS on 2026-09-17');
    expect(await whyNot({ rules: 'CLINYC' })).toBe('no bulletin tells of KNYC on 2026-09-17');
    expect(await whyNot({ ticker: 'another' })).toBe('it is not among the markets of its event');
    expect(await whyNot({}, {}, LADDER.slice(1))).toBe('the markets are no whole ladder: nothing holds below 97');
  });
});
