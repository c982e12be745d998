/**
 * `npm run bench -- skill`: are wallets without skill left alone, and those with skill found? First the tape of a data folder (or
 * a simulated market) with its outcomes drawn anew by price, so that nobody has skill: how often is anybody flagged? Then
 * planted wallets that win 60 % of 100 bets at .50, among others that win half: how many are found, and how many does the
 * binomial distribution promise?
 */
import { makeStudyMarket } from '../anomaly/power/study_market.ts';
import type { Executor } from '../kernels/executor.ts';
import { createRandom } from '../kernels/random.ts';
import { createExecutor } from '../parallel/executor.ts';
import { option } from '../run/option_kinds.ts';
import type { WalletBets } from '../skill/bets.ts';
import { drawOutcomes } from '../skill/persistence.ts';
import { readBets } from '../skill/read_bets.ts';
import { flagSkilled, testWallets } from '../skill/test_wallets.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import { endOfData } from '../tables/time_range.ts';
import { plantSkill, powerOf } from './skill/planted.ts';
import { benchRun } from './suite/bench_run.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

/** All bets of a data folder; for tapes whose wallets fit in memory. */
async function betsOf(dataDir: string, minEvents: number): Promise<WalletBets[]> {
  const trades = openTable(dataDir, RAW_TRADES);
  const markets = readTable(openTable(dataDir, MARKETS));
  const bets: WalletBets[] = [];
  for await (const shard of readBets({ trades, markets, asOfMs: endOfData(trades), minEvents })) bets.push(shard);
  return bets;
}

/** The bets with outcomes drawn by price, the same one for all who bet alike in a market. */
function withDrawnOutcomes(tape: WalletBets, seed: number): WalletBets {
  const random = createRandom(seed);
  const isWon = new Uint8Array(tape.bets.price.length);
  drawOutcomes(tape.bets, random.uniform, isWon);
  return { ...tape, bets: { ...tape.bets, isWon } };
}

interface NullResult {
  readonly nWallets: number;
  readonly nDraws: number;
  /** Draws in which anybody is flagged; at a false discovery rate q at most a share q of them. */
  readonly nDrawsWithFlags: number;
  /** Flagged wallets of all wallets of all draws. */
  readonly flaggedShare: number;
  /** Share of p-values of at most .05. */
  readonly shareBelow05: number;
}

function testNull(
  tape: readonly WalletBets[],
  nDraws: number,
  fdr: number,
  seed: number,
  executor: Executor,
): NullResult {
  let [nWallets, nDrawsWithFlags, nFlagged, nBelow] = [0, 0, 0, 0];
  for (let draw = 0; draw < nDraws; draw++) {
    const tested = tape.flatMap((bets) => testWallets(withDrawnOutcomes(bets, seed + draw), seed + draw, executor));
    const found = flagSkilled(tested, fdr);
    nWallets = tested.length;
    nFlagged += found.nFlagged;
    nDrawsWithFlags += found.nFlagged > 0 ? 1 : 0;
    nBelow += tested.filter(({ p }) => p <= 0.05).length;
  }
  const nAll = Math.max(1, nWallets * nDraws);
  return { nWallets, nDraws, nDrawsWithFlags, flaggedShare: nFlagged / nAll, shareBelow05: nBelow / nAll };
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const given = suiteOptions(args, {
    'data-dir': { type: 'string', describe: 'folder with 10_raw_trades and 10_markets; default a simulated market' },
    rows: option.number(60_000, 'fills of the simulated market'),
    draws: option.number(20, 'times that all outcomes are drawn anew'),
    'min-events': option.number(10, 'events that a wallet must have'),
    fdr: option.number(0.1, 'false discovery rate'),
    seed: option.number(1, 'of everything drawn'),
    threads: option.number(2, 'threads'),
  });
  const executor = createExecutor({ nThreads: given.threads });
  await inFolder('skill', async (scratch) => {
    if (given.dataDir === undefined) {
      const run = benchRun('import_trades', scratch, given.seed);
      await makeStudyMarket(run, scratch, { seed: given.seed, difficulty: 'medium', nTrades: given.rows });
    }
    const tape = await betsOf(given.dataDir ?? scratch, given.minEvents);
    const nothing = testNull(tape, given.draws, given.fdr, given.seed, executor);
    say(
      `outcomes drawn by price, ${nothing.nWallets} wallets: somebody is flagged in ${nothing.nDrawsWithFlags} of ${nothing.nDraws} draws (nominal ${given.fdr}), ${(100 * nothing.flaggedShare).toFixed(4)} % of wallets; p <= .05 for ${(100 * nothing.shareBelow05).toFixed(2)} %`,
    );
    const { bets, isSkilled } = plantSkill(given.seed);
    const power = powerOf(flagSkilled(testWallets(bets, given.seed, executor), given.fdr).flagged, isSkilled);
    say(
      `planted, 60 % of 100 bets at .50: ${power.nFound} of ${power.nPlanted} found (${power.found.toFixed(3)}), by the binomial ${power.promised.toFixed(3)} with ${power.winsNeeded} wins needed; ${power.nFalse} of ${power.nFlagged} flagged have no skill`,
    );
    say(JSON.stringify({ bench: 'skill', settings: { ...given }, null: nothing, power }));
  });
  await executor.close();
}
