/**
 * `npm run bench -- wash`: are planted wash rings found, and nobody else? Simulated markets of all sizes and difficulties; a wallet is
 * flagged with its ring. Recall is the share of planted wallets that are flagged, false discovery the share of flagged wallets
 * that were not planted. Then the same markets with their counterparties dealt anew, where there is no ring to be found.
 */
import { type MarketSpec, makeStudyMarket } from '../anomaly/power/study_market.ts';
import { plantedTypes } from '../archetypes/planted_types.ts';
import { formatTable, tabulate } from '../run/console.ts';
import { option } from '../run/option_kinds.ts';
import { POPULATIONS } from '../simulate/options.ts';
import { calibrateRings, type RingsFound } from '../wash/calibrate_rings.ts';
import type { Matches } from '../wash/matches.ts';
import { readMatches } from '../wash/read_matches.ts';
import { rewire } from '../wash/rewire.ts';
import { benchRun } from './suite/bench_run.ts';
import { inFolder, say, suiteOptions } from './suite/suite.ts';

const PLANTED = 'wash';
/** So that the networks that a rewired tape is compared with are not the one it is. */
const OTHER_SEEDS = 1_000_000;

interface Market {
  readonly matches: Matches;
  /** 1 for planted wallets, by number. */
  readonly isPlanted: readonly boolean[];
  readonly nPlanted: number;
}

async function simulate(spec: MarketSpec): Promise<Market> {
  return await inFolder('wash', async (dataDir) => {
    const run = benchRun('import_trades', dataDir, spec.seed);
    const market = await makeStudyMarket(run, dataDir, spec);
    const { matches, names } = await readMatches(market.trades, market.markets, market.endMs);
    const isPlanted = plantedTypes(dataDir, names)!.map((type) => type === PLANTED);
    return { matches, isPlanted, nPlanted: isPlanted.filter((own) => own).length };
  });
}

function flaggedWallets({ rings }: RingsFound): number[] {
  return rings.filter(({ isFlagged }) => isFlagged).flatMap(({ members }) => members.map(({ wallet }) => wallet));
}

interface MarketResult {
  readonly seed: number;
  readonly nWallets: number;
  readonly nPlanted: number;
  readonly nCandidates: number;
  readonly nRings: number;
  readonly nFlagged: number;
  readonly nTrue: number;
  readonly bestScore: number;
  readonly bestRewired: number;
  readonly nNullFlagged: number;
  readonly nNullNetworks: number;
}

/** Runs the suite; returns when the last line is printed. */
export async function runSuite(args: readonly string[]): Promise<void> {
  const given = suiteOptions(args, {
    seeds: option.number(10, 'simulated markets'),
    'first-seed': option.number(9201, 'seeds count from here; the detector was chosen on 1 to 5'),
    rows: option.number(60_000, 'fills of each market'),
    population: { choices: POPULATIONS, default: 'active' as const, describe: 'wallets of each market' },
    difficulty: option.text('medium', 'of the market: easy, medium, hard'),
    fdr: option.number(0.1, 'false discovery rate'),
    rewired: option.number(40, 'rewired networks to calibrate on'),
    'null-networks': option.number(2, 'rewired tapes of each market that are searched for rings'),
  });
  const settings = { fdr: given.fdr, nRewired: given.rewired };
  const results: MarketResult[] = [];
  for (let k = 0; k < given.seeds; k++) {
    const seed = given.firstSeed + k;
    const { matches, isPlanted, nPlanted } = await simulate({
      seed,
      population: given.population,
      difficulty: given.difficulty,
      nTrades: given.rows,
    });
    const found = calibrateRings(matches, { ...settings, seed });
    const flagged = flaggedWallets(found);
    const nTrue = flagged.filter((wallet) => isPlanted[wallet]).length;
    let [nNullFlagged, nNullNetworks] = [0, 0];
    for (let i = 0; i < given.nullNetworks; i++) {
      const rewired = rewire(matches, OTHER_SEEDS * (i + 1) + seed);
      const nFlagged = calibrateRings(rewired, { ...settings, seed }).nFlagged;
      nNullFlagged += nFlagged;
      nNullNetworks += nFlagged > 0 ? 1 : 0;
    }
    results.push({
      seed,
      nWallets: matches.nWallets,
      nPlanted,
      nCandidates: found.rings.length,
      nRings: found.nFlagged,
      nFlagged: flagged.length,
      nTrue,
      bestScore: found.rings[0]?.score ?? 0,
      bestRewired: Math.max(...found.rewiredScores),
      nNullFlagged,
      nNullNetworks,
    });
  }
  const { header, rows } = tabulate(results, {
    seed: (own) => String(own.seed),
    wallets: (own) => String(own.nWallets),
    planted: (own) => String(own.nPlanted),
    groups: (own) => String(own.nCandidates),
    'rings flagged': (own) => String(own.nRings),
    'wallets flagged': (own) => String(own.nFlagged),
    'planted among them': (own) => String(own.nTrue),
    'best score': (own) => own.bestScore.toFixed(2),
    'best rewired': (own) => own.bestRewired.toFixed(2),
    'rewired tapes with flags': (own) => `${own.nNullNetworks} of ${given.nullNetworks}`,
  });
  say(formatTable(header, rows));
  const sum = (name: 'nPlanted' | 'nTrue' | 'nFlagged' | 'nNullNetworks'): number =>
    results.reduce((total, own) => total + own[name], 0);
  const total = {
    recall: sum('nTrue') / sum('nPlanted'),
    falseDiscovery: (sum('nFlagged') - sum('nTrue')) / Math.max(1, sum('nFlagged')),
    nullNetworksFlagged: sum('nNullNetworks'),
    nNullNetworks: given.nullNetworks * given.seeds,
  };
  say(
    `recall ${total.recall.toFixed(3)}, realised false discovery ${total.falseDiscovery.toFixed(3)}; rewired tapes with a flag: ${total.nullNetworksFlagged} of ${total.nNullNetworks} (nominal ${given.fdr})`,
  );
  say(JSON.stringify({ bench: 'wash', settings: { ...given }, total, results }));
}
