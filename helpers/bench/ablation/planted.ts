/** What the last ablation step finds of planted informed trades. The truth is read here, after all is predicted, and nowhere else. */
import { readFileSync } from 'node:fs';
import type { BootstrapInterval } from '../../evaluate/bootstrap.ts';
import { clusteredRatio, numberGroups } from '../../evaluate/clustered.ts';
import type { AblationResult } from '../../profit/ablation.ts';
import type { AblationRows } from '../../profit/ablation_rows.ts';
import { topFlags } from '../../profit/scorecard.ts';
import { toTexts } from '../../tables/matrix.ts';

const MARKS = [0.5, 0.75] as const;

export interface PlantedScore {
  /** Planted trades among the tested rows, and all that were planted. */
  readonly nTested: number;
  readonly nPlanted: number;
  /** Follows exactly the planted trades: the most that can be had of them. */
  readonly oracleReturn: BootstrapInterval;
  /** As many picks as there are planted trades, by the model and by price only. */
  readonly modelReturn: BootstrapInterval;
  readonly priceOnlyReturn: BootstrapInterval;
  /** Share of planted trades among as many picks, among the top 1 %, and at probabilities of .50 and .75. */
  readonly recallSameNumber: number;
  readonly recallTop1Pct: number;
  readonly recallAt: readonly { readonly threshold: number; readonly nPicks: number; readonly recall: number }[];
  /** Share of planted rows that random picks of 1 % would find. */
  readonly recallByProbability: number;
}

/** wallet and transaction of every planted purchase. */
function plantedTrades(truthFile: string): Set<string> {
  const [header, ...lines] = readFileSync(truthFile, 'utf8').trim().split('\n');
  const names = header.split(',');
  const [wallet, hash] = [names.indexOf('wallet'), names.indexOf('transaction_hash')];
  return new Set(lines.map((line) => line.split(',')).map((cells) => `${cells[wallet]} ${cells[hash]}`));
}

/** The last step held against the truth; null when no planted trade was tested. */
export function scorePlanted(
  rows: AblationRows,
  last: AblationResult,
  truthFile: string,
  seed: number,
): PlantedScore | null {
  const planted = plantedTrades(truthFile);
  const wallets = toTexts(rows.keys, 'wallet');
  const hashes = toTexts(rows.keys, 'tx');
  const { tested } = last;
  const isPlanted = Uint8Array.from(tested.rows, (row) => (planted.has(`${wallets[row]} ${hashes[row]}`) ? 1 : 0));
  const nTested = isPlanted.reduce((sum, flag) => sum + flag, 0);
  if (nTested === 0) return null;
  const clusters = numberGroups(Int32Array.from(tested.rows, (row) => rows.market[row]));
  const meanReturn = (flags: Uint8Array): BootstrapInterval =>
    clusteredRatio(
      tested.returns.map((value, i) => (flags[i] === 1 ? value : 0)),
      flags,
      { groups: clusters, seed },
    );
  const recall = (flags: Uint8Array): number =>
    flags.reduce((sum, flag, i) => sum + (flag === 1 && isPlanted[i] === 1 ? 1 : 0), 0) / nTested;
  const same = topFlags(tested.probability, nTested);
  const nTop = Math.max(1, Math.round(tested.rows.length * 0.01));
  return {
    nTested,
    nPlanted: planted.size,
    oracleReturn: meanReturn(isPlanted),
    modelReturn: meanReturn(same),
    priceOnlyReturn: meanReturn(topFlags(tested.priceOnly, nTested)),
    recallSameNumber: recall(same),
    recallTop1Pct: recall(topFlags(tested.probability, nTop)),
    recallAt: MARKS.map((threshold) => {
      const flags = Uint8Array.from(tested.probability, (probability) => (probability >= threshold ? 1 : 0));
      return { threshold, nPicks: flags.reduce((sum, flag) => sum + flag, 0), recall: recall(flags) };
    }),
    recallByProbability: nTop / tested.rows.length,
  };
}
