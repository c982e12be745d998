/** Where a look has its trades from: the services of a venue, or a recording of what they said. */
import { fetchHistory } from '../fetch/fetch_history.ts';
import type { FetchPlan } from '../fetch/plan.ts';
import type { FetchAddresses, FetchWords } from '../fetch/request.ts';
import type { HttpPorts } from '../http/ports.ts';
import type { Run } from '../run/script.ts';
import { createDataApiClient } from '../venues/polymarket/api/data_api.ts';
import type { LiveSettings } from './live_options.ts';
import { askTakerFills, type TakerFills, type TakerQuestion } from './taker_fills.ts';

export interface LiveSource {
  nowMs(): number;
  /** Fetches into the data folder of a run, as 00-2 does. @throws InputError when the source cannot be read */
  fetch(run: Run, words: FetchWords): Promise<void>;
  /** What a wallet did as taker; null where nobody says. */
  takerFills(run: Run, question: TakerQuestion): Promise<TakerFills | null>;
}

const NOWHERE: FetchAddresses = { gamma: undefined, dataApi: undefined, subgraph: undefined, kalshi: undefined };

/** The services of a venue. */
export function venueSource({ addresses }: Pick<LiveSettings, 'addresses'>, ports: HttpPorts): LiveSource {
  return {
    nowMs: ports.nowMs,
    fetch: async (run, words) => {
      await fetchHistory(run, { words, addresses }, { ports });
    },
    takerFills: (run, question) => {
      const onRetry = (line: string): void => run.log.note(line);
      return askTakerFills(createDataApiClient({ baseUrl: addresses.dataApi, ports, onRetry }), question);
    },
  };
}

/**
 * A recording, as of a moment.
 * @param takers by wallet, what the service said when it was asked
 */
export function recordedSource(
  plan: FetchPlan,
  nowMs: number,
  takers: Readonly<Record<string, TakerFills>>,
  ports: HttpPorts,
): LiveSource {
  return {
    nowMs: () => nowMs,
    fetch: async (run, words) => {
      await fetchHistory(run, { words, addresses: NOWHERE }, { plan, ports: { ...ports, nowMs: () => nowMs } });
    },
    takerFills: async (_, { wallet }) => takers[wallet] ?? null,
  };
}
