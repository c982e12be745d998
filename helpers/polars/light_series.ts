/**
 * nodejs-polars 0.24 makes some two hundred closures for every series: half a millisecond and 350 kB for each `getColumn`,
 * most of what the garbage collector has to do in a step that looks at a column of every day. Here a series is a stand-in of
 * one field that knows the common answers; the library's object is made when something else is asked of it.
 */
import type { createRequire } from 'node:module';

/** What is used of the native series. */
interface NativeSeries {
  readonly name: string;
  len(): number;
  hasNulls(): boolean;
  nullCount(): number;
  sum(): unknown;
  min(): unknown;
  max(): unknown;
  toTypedArray(): unknown;
}
type SeriesObject = Record<PropertyKey, unknown>;
type Maker = (native: NativeSeries) => SeriesObject;
interface SeriesModule {
  _Series: Maker;
  Series: ((...args: readonly unknown[]) => SeriesObject) & Record<string, unknown>;
}
interface Construction {
  arrayToJsSeries(name: string, values: unknown, type?: unknown): NativeSeries;
}

/**
 * Replaces the library's makers of series by those of the stand-in.
 * @param load `require` that finds nodejs-polars
 */
export function lightenSeries(load: ReturnType<typeof createRequire>): void {
  const library = load('nodejs-polars/bin/series') as SeriesModule;
  const { arrayToJsSeries } = load('nodejs-polars/bin/internals/construction') as Construction;
  const make = standInMaker(library._Series);
  const construct = (...args: readonly unknown[]): SeriesObject => {
    const [name, values, type] = typeof args[0] === 'string' ? args : ['', args[0]];
    return make(arrayToJsSeries(name as string, values, type));
  };
  library._Series = make;
  library.Series = Object.assign(construct, { ...library.Series });
  (load('nodejs-polars') as { Series: unknown }).Series = library.Series;
}

function standInMaker(original: Maker): Maker {
  const originals = new WeakMap<StandIn, SeriesObject>();
  const originalOf = (series: StandIn): SeriesObject => {
    let whole = originals.get(series);
    if (whole === undefined) {
      whole = original(series._s);
      originals.set(series, whole);
    }
    return whole;
  };
  class StandIn {
    constructor(readonly _s: NativeSeries) {}
    get name(): string {
      return this._s.name;
    }
    get length(): number {
      return this._s.len();
    }
    inner(): NativeSeries {
      return this._s;
    }
    hasNulls(): boolean {
      return this._s.hasNulls();
    }
    nullCount(): number {
      return this._s.nullCount();
    }
    sum(): unknown {
      return this._s.sum();
    }
    min(): unknown {
      return this._s.min();
    }
    max(): unknown {
      return this._s.max();
    }
    toTypedArray(): unknown {
      return this._s.nullCount() === 0 ? this._s.toTypedArray() : (originalOf(this).toTypedArray as () => unknown)();
    }
    [Symbol.toStringTag](): string {
      return 'Series';
    }
  }
  // Whatever the stand-in does not know is looked up behind it, where the library's object stands.
  const behind = new Proxy(Object.create(null) as object, {
    get: (_, property, series) => originalOf(series as StandIn)[property],
    set: (_, property, value, series) => Reflect.set(originalOf(series as StandIn), property, value),
  });
  Object.setPrototypeOf(StandIn.prototype, behind);
  return (native) => new StandIn(native) as unknown as SeriesObject;
}
