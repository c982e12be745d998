/** The verb of the simulator: a folder of raw files with the planted truth beside them. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom } from '../kernels/random.ts';
import {
  makeFolder,
  syncPath,
  TEMPORARY_SUFFIX,
  temporaryName,
  withSystemErrors,
  writeFileAtomic,
  writeJsonAtomic,
} from '../run/files.ts';
import { onExit } from '../run/stop.ts';
import { createAddressTable, createTokenTable } from './byte_tables.ts';
import { FillEncoder } from './fill_encoder.ts';
import { createCsvFillFiles, createParquetFillFiles } from './fill_files.ts';
import type { FillSink } from './fill_sink.ts';
import { compareMarginals, type Marginal, marginalsPage } from './marginals.ts';
import { writeMarketLists } from './market_files.ts';
import { MODEL } from './model.ts';
import { type SimulateOptions, simulatedPeriod } from './options.ts';
import { countActive } from './population.ts';
import { MarketSimulation } from './simulation.ts';
import { TextFile } from './text_file.ts';
import { TruthRecorder } from './truth_files.ts';
import { WalletStatistics } from './wallet_statistics.ts';

export interface SimulateResult {
  readonly nFills: number;
  readonly nMatches: number;
  readonly nMarkets: number;
  /** The files of fills, relative to the folder. */
  readonly fillFiles: readonly { readonly file: string; readonly rows: number }[];
  readonly marginals: readonly Marginal[];
}

/**
 * Simulates a market and puts its files in place of `folder`, all at once: in `raw/` what a venue would give out
 * (`markets.csv`, `gamma_markets.jsonl`, `goldsky/orderFilled.csv` or Parquet parts in `goldsky/orderFilled/`), beside it
 * `truth/`, and `marginals.md` and `.json`, which compare the result with the published figures.
 * Equal options give equal bytes. Memory grows with wallets and markets, not with trades.
 *
 * @param onProgress called now and then with rows written and rows in all
 * @throws InputError `disk-full` or `no-permission`; what was in the folder before is then still whole
 */
export async function simulateMarket(
  options: SimulateOptions,
  folder: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<SimulateResult> {
  return replaceFolder(folder, (staging) => writeEverything(options, staging, onProgress));
}

async function writeEverything(
  options: SimulateOptions,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<SimulateResult> {
  // Names are drawn apart from the market (other forks of the seed), so nothing in a name depends on who does what.
  const names = createRandom(options.seed).fork(1000);
  const raw = join(folder, 'raw');
  const files = options.format === 'csv' ? createCsvFillFiles(folder) : createParquetFillFiles(folder);
  const encoder = new FillEncoder(
    createAddressTable(names.fork(1), options.nWallets, [MODEL.ctfExchange, MODEL.negRiskExchange]),
    createTokenTable(names.fork(2), options.nMarkets * 2),
    names.fork(3),
    files.flushBytes,
    files.write,
  );
  const statistics = new WalletStatistics(options.nWallets, options.nMarkets, countActive(options));
  const truth = new TruthRecorder(join(folder, 'truth'), options, encoder.addresses, () => encoder.transactionHash());
  const simulation = new MarketSimulation(options, both(encoder, statistics), truth);
  while (simulation.step()) {
    onProgress(simulation.nRows, options.nTrades);
    // Native memory of written Parquet frames is given back only between turns of the event loop.
    await nextTurn();
  }
  encoder.end();
  files.close();
  truth.finish(simulation);
  const { catalogue, winners, exchange } = simulation;
  const { volumeMicroUsd, lastPriceMilli } = exchange;
  const csv = new TextFile(join(raw, 'markets.csv'));
  const gamma = new TextFile(join(raw, 'gamma_markets.jsonl'));
  const outcome = { winners, volumeMicroUsd, lastPriceMilli, asOfS: simulatedPeriod(options).endS };
  writeMarketLists(names.fork(4), catalogue, encoder.tokens, outcome, (csvLine, jsonLine) => {
    csv.write(csvLine);
    gamma.write(jsonLine);
  });
  csv.close();
  gamma.close();
  const samples = statistics.samples((market) => simulation.payoff(market));
  const marginals = compareMarginals(samples, options);
  writeJsonAtomic(join(folder, 'marginals.json'), marginals);
  writeFileAtomic(join(folder, 'marginals.md'), marginalsPage(marginals, options));
  onProgress(simulation.nRows, options.nTrades);
  return {
    nFills: simulation.nRows,
    nMatches: samples.nMatches,
    nMarkets: options.nMarkets,
    fillFiles: files.written,
    marginals,
  };
}

function both(first: FillSink, second: FillSink): FillSink {
  return {
    beginMatch: (timeS) => {
      first.beginMatch(timeS);
      second.beginMatch(timeS);
    },
    fill: (maker, makerAsset, makerAmount, taker, takerAsset, takerAmount) => {
      first.fill(maker, makerAsset, makerAmount, taker, takerAsset, takerAmount);
      second.fill(maker, makerAsset, makerAmount, taker, takerAsset, takerAmount);
    },
  };
}

/** Builds a folder under a temporary name and swaps it in; leftovers of runs that were killed are swept away first. */
async function replaceFolder<T>(folder: string, build: (staging: string) => Promise<T>): Promise<T> {
  const parent = dirname(folder);
  makeFolder(parent);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(folder)}.`) && name.endsWith(TEMPORARY_SUFFIX)) {
      withSystemErrors(folder, () => rmSync(join(parent, name), { recursive: true, force: true }));
    }
  }
  const staging = temporaryName(folder);
  const dispose = onExit(() => rmSync(staging, { recursive: true, force: true }));
  const outgoing = temporaryName(folder);
  try {
    makeFolder(staging);
    const result = await build(staging);
    withSystemErrors(folder, () => {
      if (existsSync(folder)) renameSync(folder, outgoing);
      renameSync(staging, folder);
      syncPath(parent);
      rmSync(outgoing, { recursive: true, force: true });
    });
    return result;
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw error;
  } finally {
    dispose();
  }
}
