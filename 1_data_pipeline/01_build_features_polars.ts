/**
 * What is known of every wallet as of a time T?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  11_wallet_profiles (one row per wallet, sorted by wallet)
 * Method  only fills with ts < T and outcomes known before T; partial sums in integers, so that chunks, batches and threads
 *         give the same bits. 00_legacy_build_features.ts computes the same in memory and is the oracle.
 */
import { resolveAsOf } from '../helpers/features/wallets/as_of.ts';
import { buildProfiles, type ProfileJob } from '../helpers/features/wallets/build_profiles.ts';
import { buildChunk, chunksFolder, mergeChunks, profileChunks } from '../helpers/features/wallets/profile_chunks.ts';
import { PROFILE_OPTIONS } from '../helpers/features/wallets/profile_options.ts';
import { profilesFacts } from '../helpers/features/wallets/profiles_facts.ts';
import { presentProfiles } from '../helpers/features/wallets/profiles_report.ts';
import { presentChunk } from '../helpers/run/chunks_report.ts';
import { parseChunk } from '../helpers/run/options.ts';
import { defineStep, made, type OpenInputs, type StepContext, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const INPUTS = { trades: RAW_TRADES, markets: MARKETS };

function jobOf({ trades, markets }: OpenInputs<typeof INPUTS>, asOfMs: number, { log, code }: StepContext): ProfileJob {
  return { trades, markets: readTable(markets), asOfMs, log, codeHash: code.hash };
}

const chunk = defineStep({
  id: 'build_features',
  part: 'chunk',
  when: (options) => options.chunk !== undefined,
  options: PROFILE_OPTIONS,
  inputs: INPUTS,
  isIncremental: true,
  settings: (options, { trades }, log) => ({
    asOfMs: resolveAsOf(trades, options['as-of'], log),
    folder: options['chunk-dir'] ?? chunksFolder(options['data-dir']),
    ...parseChunk('chunk', options.chunk!),
  }),
  compute: async (inputs, { asOfMs, folder, chunk, nChunks }, ctx) => {
    const n = await buildChunk(jobOf(inputs, asOfMs, ctx), folder, chunk, nChunks, ctx.force);
    const facts = { folder, chunk, nChunks, work: 'fills summed', n };
    return n === null ? unchanged(facts) : made({ facts });
  },
  present: presentChunk,
});

const profiles = defineStep({
  id: 'build_features',
  when: (options) => options.chunk === undefined,
  options: PROFILE_OPTIONS,
  inputs: INPUTS,
  outputs: [WALLET_PROFILES],
  settings: (options, { trades }, log) => ({
    as_of_ms: resolveAsOf(trades, options['as-of'], log),
    chunksFolder: options.merge ? (options['chunk-dir'] ?? chunksFolder(options['data-dir'])) : null,
  }),
  // Chunks and one go give the same bits.
  decisive: ({ as_of_ms }) => ({ as_of_ms }),
  compute: async (inputs, { as_of_ms: asOfMs, chunksFolder: folder }, ctx) => {
    const job = jobOf(inputs, asOfMs, ctx);
    const built =
      folder === null ? await ctx.scratch((scratch) => buildProfiles(job, scratch)) : await mergeChunks(job, folder);
    return made({
      tables: [[WALLET_PROFILES, built]],
      facts: profilesFacts(built, asOfMs, inputs.trades, job.markets),
      onCommitted: () => folder !== null && profileChunks(job, folder).remove(),
    });
  },
  present: presentProfiles,
});

await runStep(chunk, profiles);
