/**
 * Which trades and markets do the venues publish for a time, for some markets or for one wallet?
 *
 * Reads   the public interfaces of Polymarket (subgraph before 2026-04-28, Data API since, Gamma) or Kalshi
 * Writes  00_fetched: raw/<venue>_<since>_<until>/ with the rows as they came, one a line, for 00-3
 * Method  within the published limits; whatever stops it, the same command goes on behind the last committed row, with the dates
 *         that it began with; a field that is missing is an error
 */
import { fetchHistory } from '../helpers/fetch/fetch_history.ts';
import { presentFetch } from '../helpers/fetch/fetch_report.ts';
import { FETCH_OWN_OPTIONS, fetchSettings } from '../helpers/fetch/request.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

await runStep(
  defineStep({
    id: 'fetch_history',
    options: FETCH_OWN_OPTIONS,
    inputs: {},
    isIncremental: true,
    settings: fetchSettings,
    compute: async (_, settings, ctx) => {
      const fetched = await fetchHistory(ctx, settings, ctx);
      return fetched.isUpToDate ? unchanged(fetched) : made({ facts: fetched });
    },
    present: presentFetch,
  }),
);
