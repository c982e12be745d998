/** All doubles of the venues together, over one simulated market. */
import { startClobDouble } from './clob.ts';
import { type DataApiDoubleOptions, startDataApiDouble } from './data_api.ts';
import type { FaultPlan } from './faults.ts';
import { startGammaDouble } from './gamma.ts';
import { type KalshiDoubleOptions, startKalshiDouble } from './kalshi.ts';
import type { VenueMarket } from './market.ts';
import type { Double } from './server.ts';
import { startSubgraphDouble } from './subgraph.ts';

export interface VenueDoubles {
  readonly gamma: Double;
  readonly dataApi: Double;
  readonly subgraph: Double;
  readonly clob: Double;
  readonly kalshi: Double;
  close(): Promise<void>;
}

export interface VenueDoublesOptions {
  readonly faults?: FaultPlan;
  /** What the subgraph does besides. */
  readonly graphqlFaults?: FaultPlan;
  readonly dataApi?: DataApiDoubleOptions;
  readonly kalshi?: KalshiDoubleOptions;
}

/** Starts the five on free ports of loopback. */
export async function startVenueDoubles(venue: VenueMarket, options: VenueDoublesOptions = {}): Promise<VenueDoubles> {
  const common = options.faults === undefined ? {} : { faults: options.faults };
  const graphql = options.graphqlFaults === undefined ? common : { faults: options.graphqlFaults };
  const [gamma, dataApi, subgraph, clob, kalshi] = await Promise.all([
    startGammaDouble(venue, common),
    startDataApiDouble(venue, { ...common, ...options.dataApi }),
    startSubgraphDouble(venue, graphql),
    startClobDouble(venue, common),
    startKalshiDouble(venue, { ...common, ...options.kalshi }),
  ]);
  const close = async (): Promise<void> => {
    await Promise.all([gamma, dataApi, subgraph, clob, kalshi].map((double) => double.close()));
  };
  return { gamma, dataApi, subgraph, clob, kalshi, close };
}
