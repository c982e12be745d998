/**
 * Rows of sums of whole numbers, exact to 64 bits in plain doubles: a sum that reaches 2^52 is cut back, and how often is
 * noted beside it. That is rare, so a sum costs one addition and one comparison.
 */
import { type Expr, pl, type Series } from '../polars/polars.ts';

const CARRY = 2 ** 52;

/** A table of sums: as many rows as room was made for, one column for each name. */
export class ExactSums {
  /**
   * Row after row; a row is `names.length` numbers. Columns that are no sums may be set here. Another array after every
   * makeRoom.
   */
  values: Float64Array;
  private readonly carries = new Map<number, number>();

  /**
   * @param names of the columns
   * @param nRows to begin with; memory comes page by page as rows are written
   */
  constructor(
    private readonly names: readonly string[],
    nRows = 0,
  ) {
    this.values = new Float64Array(names.length * nRows);
  }

  /** Rows that there is room for. */
  get nRows(): number {
    return this.values.length / this.names.length;
  }

  /** Makes room for so many rows at least; new ones are 0. */
  makeRoom(nRows: number): void {
    if (nRows > this.nRows) this.values = grown(this.values, nRows * this.names.length);
  }

  /**
   * Adds to one sum.
   * @param at row · names.length + column
   * @param value a whole number, 0 or more
   */
  add(at: number, value: number): void {
    let sum = this.values[at] + (value < CARRY ? value : this.withoutCarries(at, value));
    if (sum >= CARRY) {
      this.carry(at, 1);
      sum -= CARRY;
    }
    this.values[at] = sum;
  }

  /** Adds any whole number to a sum that takes nothing but by this. */
  addSigned(at: number, value: number): void {
    const sum = this.values[at] + (Math.abs(value) < CARRY ? value : this.withoutCarries(at, value));
    const times = Math.trunc(sum / CARRY);
    if (times !== 0) this.carry(at, times);
    this.values[at] = sum - times * CARRY;
  }

  /** Adds a · b of whole numbers, 0 or more, also where the product is more than a double holds. */
  addProduct(at: number, a: number, b: number): void {
    const product = a * b;
    if (product < CARRY) this.add(at, product);
    else {
      const exact = BigInt.asUintN(64, BigInt(a) * BigInt(b));
      this.carry(at, Number(exact / BigInt(CARRY)));
      this.add(at, Number(exact % BigInt(CARRY)));
    }
  }

  /** One sum as a double, rounded once where it is beyond 2^53. */
  total(at: number): number {
    const times = this.carries.size === 0 ? 0 : (this.carries.get(at) ?? 0);
    return times * CARRY + this.values[at];
  }

  /** All sums as doubles, row after row, rounded once where they are beyond 2^53. Ends the summing. */
  doubles(): Float64Array {
    for (const at of this.carries.keys()) this.values[at] = this.total(at);
    this.carries.clear();
    return this.values;
  }

  private withoutCarries(at: number, value: number): number {
    const times = Math.floor(value / CARRY);
    this.carry(at, times);
    return value - times * CARRY;
  }

  private carry(at: number, times: number): void {
    this.carries.set(at, (this.carries.get(at) ?? 0) + times);
  }

  /**
   * The sums as int64 columns; those beyond 2^63 come round, as those of Polars do.
   * @param rows numbers of rows, in the order wanted
   */
  columns(rows: Uint32Array): Series[] {
    const { names, values } = this;
    const columns = names.map(() => new Float64Array(rows.length));
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i] * names.length;
      for (let c = 0; c < columns.length; c++) columns[c][i] = values[from + c];
    }
    const carries = this.carryColumns(rows);
    const whole = (name: string): Expr => {
      const sum = pl.col(name).cast(pl.Int64);
      if (!carries.has(name)) return sum;
      return sum.add(pl.col(carryName(name)).cast(pl.Int64).mul(pl.lit(CARRY).cast(pl.Int64)));
    };
    return pl
      .DataFrame([...names.map((name, c) => pl.Series(name, columns[c])), ...carries.values()])
      .select(...names.map((name) => whole(name).alias(name)))
      .getColumns();
  }

  /** How often sums were cut back, for the columns of which one was. */
  private carryColumns(rows: Uint32Array): Map<string, Series> {
    if (this.carries.size === 0) return new Map();
    const placeOf = new Int32Array(this.nRows).fill(-1);
    rows.forEach((row, i) => {
      placeOf[row] = i;
    });
    const columns = new Map<string, Float64Array>();
    for (const [at, times] of this.carries) {
      const name = this.names[at % this.names.length];
      const place = placeOf[Math.floor(at / this.names.length)];
      if (place < 0) continue;
      const column = columns.get(name) ?? new Float64Array(rows.length);
      column[place] = times;
      columns.set(name, column);
    }
    return new Map([...columns].map(([name, column]) => [name, pl.Series(carryName(name), column)]));
  }
}

/** An array of zeros at least so long that begins with what was there; a larger one is made half as long again at least. */
export function grown<T extends Float64Array | Uint32Array>(array: T, length: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (n: number) => T)(Math.max(length, Math.ceil(1.5 * array.length)));
  larger.set(array);
  return larger;
}

function carryName(name: string): string {
  return `${name}_carry`;
}
