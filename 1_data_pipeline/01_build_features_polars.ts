/**
 * What is known of every wallet as of a moment T?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  11_wallet_profiles (one row per wallet, sorted by wallet)
 * Method  only fills with ts < T and outcomes known before T; partial sums in integers, so that chunks, batches and threads
 *         give the same bits. 00_legacy_build_features.ts computes the same in memory and is the oracle.
 */
import { buildProfiles, momentOf, type ProfileJob } from '../helpers/features/wallets/build_profiles.ts';
import { describeProfiles, topProfiles } from '../helpers/features/wallets/describe_profiles.ts';
import { buildChunk, chunksFolder, mergeChunks, removeChunks } from '../helpers/features/wallets/profile_chunks.ts';
import { formatCount } from '../helpers/run/console.ts';
import { withLock } from '../helpers/run/lock.ts';
import { parseChunk } from '../helpers/run/options.ts';
import { withScratch } from '../helpers/run/scratch.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable, upToDateManifest } from '../helpers/tables/derived_table.ts';
import { MARKETS, RAW_TRADES, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { openTable, readTable, tableFolder } from '../helpers/tables/table_store.ts';
import { walletlessLines } from '../helpers/tables/walletless_fills.ts';

const WHEN = 'When';
const CHUNKS = 'In chunks (a SLURM array)';

await runScript(
  'build_features',
  {
    'as-of': {
      type: 'string',
      describe:
        'the moment T, UTC (2026-01-09, 2026-01-09T12:00:00Z or ms since 1970); fills at or after it are not seen',
      defaultDescription: 'the end of the last day with trades',
      group: WHEN,
    },
    chunk: {
      type: 'string',
      describe: 'sum only chunk i of n (as i/n) and leave the sums for --merge',
      excludes: ['merge'],
      group: CHUNKS,
    },
    merge: { type: 'boolean', default: false, describe: 'join the chunks into profiles', group: CHUNKS },
    'chunk-dir': {
      type: 'string',
      describe: 'folder of the chunks',
      defaultDescription: '11_wallet_profiles.chunks in the data folder',
      onlyWith: { chunk: true, merge: true },
      group: CHUNKS,
    },
  },
  async (run, options) => {
    const trades = openTable(run.dataDir, RAW_TRADES);
    const markets = openTable(run.dataDir, MARKETS);
    const asOfMs = momentOf(trades, options['as-of'], run.log);
    const job: ProfileJob = { trades, markets: readTable(markets), asOfMs, log: run.log, codeHash: run.code.hash };
    const chunkDir = options['chunk-dir'] ?? chunksFolder(run.dataDir);
    if (options.chunk !== undefined) {
      const { chunk, nChunks } = parseChunk('chunk', options.chunk);
      const nRows = await buildChunk(job, chunkDir, chunk, nChunks, run.force);
      const what = nRows === null ? 'up to date' : `${formatCount(nRows)} fills summed`;
      run.log.result(`Chunk ${chunk}/${nChunks}: ${what} in ${chunkDir}. When all are there: --merge`);
      return nRows === null ? 'up to date' : 'done';
    }
    const recipe = { inputs: [trades, markets], options: { as_of_ms: asOfMs } };
    const where = tableFolder(run.dataDir, WALLET_PROFILES);
    const tell = (lines: readonly string[]): void => {
      for (const line of [...lines, ...walletlessLines(trades, job.markets)]) run.log.result(line);
    };
    const current = upToDateManifest(run, WALLET_PROFILES, recipe);
    if (current !== null) {
      const profiles = readTable(openTable(run.dataDir, WALLET_PROFILES));
      tell([...topProfiles(profiles), `Up to date: ${formatCount(current.rows)} wallets in ${where}.`]);
      return 'up to date';
    }
    const profiles = await withLock(run.dataDir, WALLET_PROFILES.folder, async () => {
      const built = options.merge
        ? await mergeChunks(job, chunkDir)
        : await withScratch(run.dataDir, `.scratch_${WALLET_PROFILES.name}`, (scratch) => buildProfiles(job, scratch));
      publishTable(run, WALLET_PROFILES, recipe, built, { wallets: built.height });
      if (options.merge) removeChunks(chunkDir);
      return built;
    });
    tell([...topProfiles(profiles), ...describeProfiles(profiles, asOfMs, where)]);
    return 'done';
  },
);
