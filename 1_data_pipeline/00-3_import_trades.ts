/**
 * What was traded, by whom, in which market, once each?
 *
 * Reads   raw files: poly_data (v1, v2), Polymarket Data API (v1, v2), prediction-market-analysis archives, Kalshi, Gamma
 * Writes  10_raw_trades (by month, in time order, duplicates counted as a multiset) and 10_markets
 * Method  one row per wallet per fill: of N+1 OrderFilled rows of a match, each row belongs to its `maker`; the row whose
 *         `taker` is an exchange contract is the incoming order and alone counts for market volume
 */

import { presentImport } from '../helpers/import/import_report.ts';
import { importTrades } from '../helpers/import/import_trades.ts';
import { listInputs } from '../helpers/import/inputs.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';
import { MAPPED_FIELDS } from '../helpers/venues/column_mapping.ts';
import { ADAPTERS } from '../helpers/venues/formats.ts';
import { TimeZone } from '../helpers/venues/values/time_zone.ts';

const INPUT = 'What to read';
const MEANING = 'What it means';
const ROLES = { taker: 'taker', maker: 'maker', unknown: null } as const;

await runStep(
  defineStep({
    id: 'import_trades',
    options: {
      input: {
        type: 'array',
        string: true,
        demandOption: true,
        describe: 'files, folders or quoted globs of raw trades and markets',
        group: INPUT,
      },
      format: {
        type: 'string',
        choices: ADAPTERS.map((adapter) => adapter.format),
        describe: 'force a format (default: recognised by the columns)',
        group: INPUT,
      },
      columns: {
        type: 'string',
        describe: `what the columns of a file mean: field=Column, field=Column[unit] or field:constant, parted by commas; fields are ${Object.keys(MAPPED_FIELDS).join(', ')}`,
        group: INPUT,
      },
      strict: {
        type: 'boolean',
        default: false,
        describe: 'refuse files of a folder that hold no data, instead of leaving them out',
        group: INPUT,
      },
      'block-mib': {
        type: 'number',
        default: 64,
        describe: 'text held in memory at once, MiB',
        range: { from: 0.0001, to: 1e4, unit: 'MiB' },
        group: INPUT,
      },
      role: {
        choices: Object.keys(ROLES) as (keyof typeof ROLES)[],
        default: 'unknown' as keyof typeof ROLES,
        describe: 'whose rows a Data API file holds: the rows do not tell, the query did (takerOnly, true by default)',
        group: MEANING,
      },
      'time-zone': {
        type: 'string',
        describe: 'zone of times that come without one, for example America/New_York (default: UTC)',
        group: MEANING,
      },
      'duplicate-rows': {
        formerName: 'repeats',
        choices: ['keep', 'drop'] as const,
        default: 'keep' as 'keep' | 'drop',
        describe: 'identical rows within one file: separate fills, or one',
        group: MEANING,
      },
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
        dataApiRole: ROLES[options.role],
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
