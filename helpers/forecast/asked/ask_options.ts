/** Options of 24 about forecasters that look beyond the tape, and how those are made. */
import { join } from 'node:path';
import { ADDRESS_OPTIONS, fetchAddresses } from '../../fetch/request.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { envValue } from '../../run/env.ts';
import { inGroup, option } from '../../run/option_kinds.ts';
import type { OptionValues } from '../../run/options.ts';
import { integerMin } from '../../run/ranges.ts';
import { CallLog } from '../llm/call_log.ts';
import { ENSEMBLE_DEFAULTS, LlmEnsemble } from '../llm/ensemble.ts';
import { parseModel } from '../llm/models.ts';
import type { Model } from '../llm/providers.ts';
import { createBulletinClient, createWeatherService } from '../weather/weather_clients.ts';
import { weatherForecaster } from '../weather/weather_forecaster.ts';
import { WeatherRecord } from '../weather/weather_record.ts';
import { FetchedWeather } from '../weather/weather_sources.ts';
import type { AskJob } from './ask_open_markets.ts';
import { askedFolder } from './record.ts';

export const ASK_OPTIONS = inGroup('Asking about open markets', {
  'ask-markets': option.number(
    20,
    'markets of the watch list of 23, the most traded first, that language models and the weather are asked about; 0 asks nobody',
    integerMin(0, 1000),
  ),
  llm: {
    type: 'array',
    string: true,
    describe: 'models: openai:NAME,in=USD,out=USD and anthropic:… with prices per million tokens; more in chapter 6',
    defaultDescription: 'SPYHOP_LLM, words separated by spaces, or none',
  },
  repeats: option.number(ENSEMBLE_DEFAULTS.nRepeats, 'times that each model is asked', integerMin(1, 20)),
  'usd-per-day': option.number(ENSEMBLE_DEFAULTS.usdPerDay, 'what all models may cost a day (UTC), USD', {
    from: 0,
    to: 1e4,
    unit: 'USD',
  }),
  'kalshi-url': ADDRESS_OPTIONS['kalshi-url'],
  'nbm-url': {
    type: 'string',
    describe: 'address of the bulletins of the National Blend of Models',
    defaultDescription: 'NBM_URL or the public service',
  },
  'nws-url': {
    type: 'string',
    describe: 'address of api.weather.gov',
    defaultDescription: 'NWS_URL or the public service',
  },
});

export interface AskSettings {
  readonly nMarketsMax: number;
  readonly models: readonly Model[];
  readonly nRepeats: number;
  readonly usdPerDay: number;
  /** Undefined is the public service. */
  readonly kalshiUrl: string | undefined;
  readonly nbmUrl: string | undefined;
  readonly nwsUrl: string | undefined;
}

/** @throws InputError 'bad-option' for a model that cannot be read */
export function askSettings(options: OptionValues<typeof ASK_OPTIONS>): AskSettings {
  const words = options.llm ?? envValue('SPYHOP_LLM')?.split(/\s+/) ?? [];
  return {
    nMarketsMax: options['ask-markets'],
    models: words.map((word) => parseModel(String(word))),
    nRepeats: options.repeats,
    usdPerDay: options['usd-per-day'],
    kalshiUrl: fetchAddresses(options).kalshi,
    nbmUrl: options['nbm-url'] ?? envValue('NBM_URL'),
    nwsUrl: options['nws-url'] ?? envValue('NWS_URL'),
  };
}

function weatherOf({ nbmUrl, nwsUrl }: AskSettings, dataDir: string, ports: HttpPorts): FetchedWeather {
  const at = (baseUrl: string | undefined) => ({ ports, ...(baseUrl === undefined ? {} : { baseUrl }) });
  const contact = envValue('NWS_CONTACT') ?? 'no contact given';
  const service = createWeatherService({ contact, ...at(nwsUrl) });
  return new FetchedWeather(createBulletinClient(at(nbmUrl)), service, new WeatherRecord(askedFolder(dataDir)), ports);
}

/** The forecasters of these settings, with what they have kept in the folder of the data. */
export function askJob(settings: AskSettings, dataDir: string, ports: HttpPorts): AskJob {
  const { models, nRepeats, usdPerDay, nMarketsMax, kalshiUrl } = settings;
  const respondents: AskJob['respondents'] = () => {
    const calls = new CallLog(models.length === 0 ? null : join(askedFolder(dataDir), 'llm_calls.jsonl'));
    const llm = new LlmEnsemble({ ...ENSEMBLE_DEFAULTS, models, nRepeats, usdPerDay }, calls, ports);
    return [
      { forecaster: llm, spentUsd: () => calls.totalUsd },
      { forecaster: weatherForecaster(weatherOf(settings, dataDir, ports)), spentUsd: () => 0 },
    ];
  };
  return { nMarketsMax, kalshiUrl, respondents };
}
