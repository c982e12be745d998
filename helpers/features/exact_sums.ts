/**
 * Rows of sums of whole numbers, exact to 64 bits in plain doubles: a sum that reaches 2^52 is cut back, and how often is
 * noted beside it. That is rare, so a sum costs one addition and one comparison.
 */
import { type Expr, pl, type Series } from '../tables/polars.ts';

const CARRY = 2 ** 52;

export class ExactSums {
  /** Row after row; a row is `names.length` numbers. Columns that are no sums may be set here. */
  readonly values: Float64Array;
  private readonly carries = new Map<number, number>();

  /**
   * @param names of the columns
   * @param nRows that there is room for
   */
  constructor(
    private readonly names: readonly string[],
    readonly nRows: number,
  ) {
    this.values = new Float64Array(names.length * nRows);
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

  private withoutCarries(at: number, value: number): number {
    const times = Math.floor(value / CARRY);
    this.carry(at, times);
    return value - times * CARRY;
  }

  private carry(at: number, times: number): void {
    this.carries.set(at, (this.carries.get(at) ?? 0) + times);
  }

  /** The sums as int64 columns; those beyond 2^63 come round, as those of Polars do. */
  columns(): Series[] {
    const { names, nRows, values } = this;
    const columns = names.map((name, c) => {
      const column = new Float64Array(nRows);
      for (let row = 0, at = c; row < nRows; row++, at += names.length) column[row] = values[at];
      return pl.Series(name, column);
    });
    const carries = this.carryColumns();
    const whole = (name: string): Expr => {
      const sum = pl.col(name).cast(pl.Int64);
      if (!carries.has(name)) return sum;
      return sum.add(pl.col(carryName(name)).cast(pl.Int64).mul(pl.lit(CARRY).cast(pl.Int64)));
    };
    return pl
      .DataFrame([...columns, ...carries.values()])
      .select(...names.map((name) => whole(name).alias(name)))
      .getColumns();
  }

  /** How often sums were cut back, for the columns of which one was. */
  private carryColumns(): Map<string, Series> {
    const columns = new Map<string, Float64Array>();
    for (const [at, times] of this.carries) {
      const name = this.names[at % this.names.length];
      const column = columns.get(name) ?? new Float64Array(this.nRows);
      column[Math.floor(at / this.names.length)] = times;
      columns.set(name, column);
    }
    return new Map([...columns].map(([name, column]) => [name, pl.Series(carryName(name), column)]));
  }
}

function carryName(name: string): string {
  return `${name}_carry`;
}
