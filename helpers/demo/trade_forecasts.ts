/** What 23 and 24 do in a day of the demo, by their own functions: a scan, language models that are asked, and 19_forecasts made anew. */
import { askOpenMarkets } from '../forecast/asked/ask_open_markets.ts';
import { type AskSettings, askJob } from '../forecast/asked/ask_options.ts';
import { askedQuestions, recordedUntilMs, withAskedMarkets } from '../forecast/asked/asked_questions.ts';
import { readRecord } from '../forecast/asked/record.ts';
import { forecastsFrame, openForecasts } from '../forecast/open_markets.ts';
import { trackRecord } from '../forecast/track_record.ts';
import type { HttpPorts } from '../http/ports.ts';
import type { DataFrame } from '../polars/polars.ts';
import { DAY_MS } from '../run/clock.ts';
import type { Log } from '../run/console.ts';
import { hashValue } from '../run/files.ts';
import { scanMarkets } from '../scan/scan_markets.ts';
import { FORECASTS } from '../tables/schemas.ts';
import { commitTogether, TableWriter } from '../tables/table_store.ts';

const SCAN = {
  closesAfterMs: DAY_MS,
  closesBeforeMs: 30 * DAY_MS,
  volumeMin: 50,
  spreadMax: 0.1,
  categories: [],
  nContext: 0,
};
const QUIET: Pick<Log, 'note' | 'warn'> = { note: () => undefined, warn: () => undefined };

export interface ForecastDay {
  readonly dataDir: string;
  readonly kalshiUrl: string;
  readonly models: AskSettings['models'];
  readonly ports: HttpPorts;
}

/** Makes 19_forecasts of a frame, where no step does. @param fingerprint tells it from the one before */
export function commitForecasts(dataDir: string, frame: DataFrame, fingerprint: string, startedMs: number): void {
  const writer = new TableWriter(dataDir, FORECASTS);
  writer.addPart('forecasts', frame, null);
  const body = {
    step: 'forecast_markets',
    fingerprint,
    options: {},
    seed: 0,
    inputs: [],
    rejects: {},
    metrics: {},
    codeHash: '',
    codeFiles: {},
    engine: 'plain',
    model: null,
    startedMs,
  };
  commitTogether([{ writer, kept: [], body }]);
}

/** @returns how many open markets have a forecast */
export async function forecastDay({ dataDir, kalshiUrl, models, ports }: ForecastDay): Promise<number> {
  const run = { dataDir, log: QUIET };
  await scanMarkets(run, { ...SCAN, baseUrl: kalshiUrl }, ports);
  // There is no weather in this world; nobody outside of this machine is asked.
  const noWeather = { nbmUrl: kalshiUrl, nwsUrl: kalshiUrl };
  const asked = { nMarketsMax: 40, models, nRepeats: 3, usdPerDay: 5, kalshiUrl, ...noWeather };
  await askOpenMarkets(run, askJob(asked, dataDir, ports), ports);
  const record = readRecord(dataDir);
  const all = withAskedMarkets(null, record);
  const questions = askedQuestions(record, all);
  if (questions.length === 0) return 0;
  const { answered } = trackRecord(questions);
  const open = openForecasts(answered, all.markets, 0, recordedUntilMs(record));
  commitForecasts(dataDir, forecastsFrame(open), hashValue(open), ports.nowMs());
  return open.length;
}
