/** Evidence of planted insiders and of the wallets of the tapes they were planted in. */
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { collectEvidence } from '../../red_flags/collect_evidence.ts';
import { featureValues } from '../../red_flags/score.ts';
import { createLog } from '../../run/console.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { plant } from '../background/plant.ts';
import { CHOOSING_SIZES_USD, CHOOSING_STYLES } from '../background/styles.ts';
import type { Tape } from '../background/tape.ts';
import { withTable } from '../background/trial.ts';
import type { LogisticRows } from './fit_logistic.ts';

/** Label of the wallets of the tape itself. */
export const BACKGROUND = 'background';
/** Insiders that the simulator planted. */
export const SIMULATED_INSIDER = 'simulated_insider';
export interface TrainingTape {
  readonly tape: Tape;
  /** What the tape counts for beside the others. */
  readonly weight: number;
  /** Wallets known to be insiders; into a tape that has none they are planted. */
  readonly insiders: ReadonlySet<string>;
}

export interface LabelledEvidence {
  readonly tape: string;
  readonly weight: number;
  /** Evidence, one row per wallet. */
  readonly frame: DataFrame;
  /** BACKGROUND, SIMULATED_INSIDER, or `<style> $<median>`, by row. */
  readonly labels: readonly string[];
}

/** The tape with `nEach` insiders of every choosing style and size at once. */
function plantAll(tape: Tape, nEach: number, seed: number): { trades: DataFrame; styleOf: Map<string, string> } {
  const styleOf = new Map<string, string>();
  let trades = tape.trades;
  CHOOSING_STYLES.forEach((style, s) => {
    CHOOSING_SIZES_USD.forEach((medianUsd, m) => {
      const random = createRandom(seed * 1000 + s * CHOOSING_SIZES_USD.length + m);
      const planting = plant({ ...tape, trades }, style, medianUsd, nEach, random);
      trades = planting.trades;
      for (const wallet of planting.wallets) styleOf.set(wallet, `${style.name} $${medianUsd}`);
    });
  });
  return { trades, styleOf };
}

/**
 * Plants and collects, `draws.n` times; wallets of the tape are taken from the first draw alone.
 * @param dataDir an existing folder for scratch tables
 */
export async function labelledEvidence(
  { tape, weight, insiders }: TrainingTape,
  draws: { readonly n: number; readonly nEach: number; readonly seed: number },
  dataDir: string,
): Promise<LabelledEvidence> {
  const frames: DataFrame[] = [];
  const labels: string[] = [];
  const nDraws = insiders.size > 0 ? 1 : draws.n;
  for (let draw = 0; draw < nDraws; draw++) {
    const { trades, styleOf } =
      insiders.size > 0
        ? { trades: tape.trades, styleOf: new Map<string, string>() }
        : plantAll(tape, draws.nEach, draws.seed + draw);
    const frame = await withTable(trades, dataDir, async (table, asOfMs) => {
      const source = { trades: table, markets: tape.markets, asOfMs, log: createLog({ quiet: true }) };
      return (await collectEvidence(source)).frame;
    });
    const own = (toTexts(frame, 'wallet') as string[]).map(
      (wallet) => styleOf.get(wallet) ?? (insiders.has(wallet) ? SIMULATED_INSIDER : BACKGROUND),
    );
    const isTaken = own.map((label) => draw === 0 || label.includes('$'));
    frames.push(frame.filter(pl.Series('is_taken', isTaken, pl.Bool)));
    labels.push(...own.filter((_, row) => isTaken[row]));
  }
  return { tape: tape.name, weight, frame: pl.concat(frames), labels };
}

/**
 * Rows for a fit: wallets at or above the floor; half of the weight of each tape is its background's. The other half is shared
 * evenly by its kinds of insiders.
 */
export function trainingRows(
  sets: readonly LabelledEvidence[],
  names: readonly string[],
  floorUsd: number,
): LogisticRows {
  const parts = sets.map(({ weight, frame, labels }) => {
    const stake = toNumbers(frame, 'stake_usd');
    const rows = labels.flatMap((_, row) => (stake[row] >= floorUsd ? [row] : []));
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
    const shareOf = (label: string): number => (label === BACKGROUND ? 1 : 1 / (counts.size - 1));
    const columns = names.map((name) => featureValues(frame, name));
    return {
      features: columns.map((values) => Float64Array.from(rows, (row) => values[row])),
      labels: Uint8Array.from(rows, (row) => Number(labels[row] !== BACKGROUND)),
      weights: Float64Array.from(rows, (row) => (weight * shareOf(labels[row])) / counts.get(labels[row])!),
    };
  });
  const joined = (pick: (part: (typeof parts)[number]) => Float64Array): Float64Array =>
    Float64Array.from(parts.flatMap((part) => Array.from(pick(part))));
  return {
    features: names.map((_, c) => joined(({ features }) => features[c])),
    labels: Uint8Array.from(parts.flatMap(({ labels }) => Array.from(labels))),
    weights: joined(({ weights }) => weights),
  };
}
