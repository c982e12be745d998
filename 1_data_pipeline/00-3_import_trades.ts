/**
 * Who traded what, when and in which market, each fill once?
 *
 * Reads   raw files: poly_data (v1, v2), Polymarket Data API (v1, v2), prediction-market-analysis archives, Kalshi, Gamma
 * Writes  10_raw_trades (by month, in time order, duplicates counted as a multiset) and 10_markets
 * Method  one row per wallet per fill: of N+1 OrderFilled rows of a match, each row belongs to its `maker`; the row whose
 *         `taker` is an exchange contract is the incoming order and alone counts for market volume. Chunks cut raw files
 *         between files and between records, and give the same bytes as one go.
 */

import { importChunk, importChunksFolder, mergeImport } from '../helpers/import/import_chunks.ts';
import { IMPORT_OPTIONS, IMPORT_WHAT, importOptionsOf } from '../helpers/import/import_options.ts';
import { presentImport } from '../helpers/import/import_report.ts';
import { importTrades } from '../helpers/import/import_trades.ts';
import { listInputs } from '../helpers/import/inputs.ts';
import { chunkOptions } from '../helpers/run/chunks.ts';
import { presentChunk } from '../helpers/run/chunks_report.ts';
import { parseChunk } from '../helpers/run/options.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';

const OPTIONS = {
  input: {
    type: 'array',
    string: true,
    demandOption: true,
    describe: 'files, folders or quoted globs of raw trades and markets',
    group: IMPORT_WHAT,
  },
  ...IMPORT_OPTIONS,
  ...chunkOptions('read only', 'both tables', `${RAW_TRADES.folder}.chunks`),
} as const;

const filesOf = (input: unknown): string[] => listInputs((input as string[]).map(String));

const chunk = defineStep({
  id: 'import_trades',
  part: 'chunk',
  when: (options) => options.chunk !== undefined,
  options: OPTIONS,
  inputs: {},
  isIncremental: true,
  settings: (options) => ({
    files: filesOf(options.input),
    ...importOptionsOf(options),
    folder: options['chunk-dir'] ?? importChunksFolder(options['data-dir']),
    place: parseChunk('chunk', options.chunk!),
  }),
  compute: async (_, { files, folder, place, ...settings }, ctx) => {
    const n = await importChunk(ctx, files, settings, folder, place);
    const facts = { folder, ...place, work: 'rows read', n };
    return n === null ? unchanged(facts) : made({ facts });
  },
  present: presentChunk,
});

const tables = defineStep({
  id: 'import_trades',
  when: (options) => options.chunk === undefined,
  options: OPTIONS,
  inputs: {},
  outputs: [RAW_TRADES, MARKETS],
  isIncremental: true,
  settings: (options) => ({
    files: filesOf(options.input),
    ...importOptionsOf(options),
    folder: options.merge ? (options['chunk-dir'] ?? importChunksFolder(options['data-dir'])) : null,
  }),
  compute: async (_, { files, folder, ...settings }, ctx) => {
    const summary =
      folder === null ? await importTrades(ctx, files, settings) : await mergeImport(ctx, files, settings, folder);
    return summary.isUpToDate ? unchanged(summary) : made({ facts: summary });
  },
  present: presentImport,
});

await runStep(chunk, tables);
