/** Whether the profiles of a rival are ours: the same wallets, sums of every column, and some wallets value by value. */
import { createRandom } from '../../kernels/random.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';

/** Relative to Σ|x| of the column for sums, to the value (or 1) for single wallets: the rivals sum in floating point. */
const TOLERANCE = 1e-6;
/** The key, and columns that the rivals do not make. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['wallet', 'tenure_is_censored', 'age_at_max_bet_days']);
const N_SPOT_CHECKS = 50;
/** edge_z divides two small differences where all prices paid are near 0 or 1; there floating point keeps fewer digits. */
const SPOT_TOLERANCE: Readonly<Record<string, number>> = { edge_z: 1e-2 };
const SPOT_TOLERANCE_DEFAULT = 1e-4;

interface Sums {
  readonly sum: number;
  readonly size: number;
  readonly nNull: number;
}

function sumsOf(values: readonly (number | null)[]): Sums {
  let sum = 0;
  let size = 0;
  let nNull = 0;
  for (const value of values) {
    if (value === null) nNull++;
    else {
      sum += value;
      size += Math.abs(value);
    }
  }
  return { sum, size, nNull };
}

function numbersOf(frame: DataFrame, name: string): (number | null)[] {
  return frame.getColumn(name).cast(pl.Float64).toArray() as (number | null)[];
}

/**
 * One line that says whether a rival's profiles agree with ours.
 * @param dataDir folder of our tables
 * @throws Error naming the first column that differs
 */
export function compareProfiles(dataDir: string, rivalPath: string): string {
  const ours = readTable(openTable(dataDir, WALLET_PROFILES)).sort('wallet');
  const theirs = pl.readParquet(rivalPath).sort('wallet');
  if (ours.height !== theirs.height) throw new Error(`the rival has ${theirs.height} wallets, we have ${ours.height}`);
  const wallets = ours.getColumn('wallet').toArray();
  const other = theirs.getColumn('wallet').toArray();
  const odd = wallets.findIndex((wallet, i) => wallet !== other[i]);
  if (odd >= 0) throw new Error(`the rival knows wallet ${other[odd]} where we know ${wallets[odd]}`);
  const random = createRandom(1);
  const spots = Array.from({ length: N_SPOT_CHECKS }, () => random.integer(ours.height));
  const columns = WALLET_PROFILES.columns.map(({ name }) => name).filter((name) => !NOT_COMPARED.has(name));
  for (const name of columns) compareColumn(name, numbersOf(ours, name), numbersOf(theirs, name), spots);
  return `profiles agree with ours: ${ours.height} wallets, sums of ${columns.length} columns within ${TOLERANCE}, ${N_SPOT_CHECKS} wallets value by value`;
}

function compareColumn(
  name: string,
  ours: readonly (number | null)[],
  theirs: readonly (number | null)[],
  spots: readonly number[],
): void {
  const a = sumsOf(ours);
  const b = sumsOf(theirs);
  if (a.nNull !== b.nNull) throw new Error(`column ${name} has ${a.nNull} nulls, the rival's ${b.nNull}`);
  if (!(Math.abs(a.sum - b.sum) <= TOLERANCE * Math.max(a.size, Number.MIN_VALUE)))
    throw new Error(`column ${name} sums up to ${a.sum}, the rival's to ${b.sum}`);
  const tolerance = SPOT_TOLERANCE[name] ?? SPOT_TOLERANCE_DEFAULT;
  for (const spot of spots) {
    const own = ours[spot];
    const other = theirs[spot];
    const isEqual =
      own === null || other === null ? own === other : Math.abs(own - other) <= tolerance * Math.max(1, Math.abs(own));
    if (!isEqual) throw new Error(`column ${name} of one wallet is ${own}, the rival's ${other}`);
  }
}
