/**
 * Who traded what, when and in which market, each fill once?
 *
 * Reads   raw files: poly_data (v1, v2), Polymarket Data API (v1, v2), prediction-market-analysis archives, Kalshi, Gamma
 * Writes  10_raw_trades (by month, in time order, duplicates counted as a multiset) and 10_markets
 * Method  one row per wallet per fill: of N+1 OrderFilled rows of a match, each row belongs to its `maker`; the row whose
 *         `taker` is an exchange contract is the incoming order and alone counts for market volume
 */

import { DATA_API_ROLES, IMPORT_OPTIONS, IMPORT_WHAT } from '../helpers/import/import_options.ts';
import { presentImport } from '../helpers/import/import_report.ts';
import { importTrades } from '../helpers/import/import_trades.ts';
import { listInputs } from '../helpers/import/inputs.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';
import { TimeZone } from '../helpers/venues/values/time_zone.ts';

await runStep(
  defineStep({
    id: 'import_trades',
    options: {
      input: {
        type: 'array',
        string: true,
        demandOption: true,
        describe: 'files, folders or quoted globs of raw trades and markets',
        group: IMPORT_WHAT,
      },
      ...IMPORT_OPTIONS,
    },
    inputs: {},
    outputs: [RAW_TRADES, MARKETS],
    isIncremental: true,
    settings: (options) => ({
      files: listInputs((options.input as string[]).map(String)),
      format: options.format ?? null,
      columns: options.columns ?? null,
      isStrict: options.strict,
      context: {
        dataApiRole: DATA_API_ROLES[options.role],
        timeZone: options['time-zone'] === undefined ? null : new TimeZone(options['time-zone']),
      },
      dropDuplicateRows: options['duplicate-rows'] === 'drop',
      blockBytes: options['block-mib'] * 2 ** 20,
    }),
    compute: async (_, { files, ...settings }, ctx) => {
      const summary = await importTrades(ctx, files, settings);
      return summary.isUpToDate ? unchanged(summary) : made({ facts: summary });
    },
    present: presentImport,
  }),
);
