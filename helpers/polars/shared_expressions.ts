/**
 * nodejs-polars 0.24 makes some two hundred closures for every expression: about 0.4 ms for `pl.col('a')`, and as much again
 * for the garbage collector. A step that builds expressions for every block of a file spends more time on that than on the
 * file. Here the closures are made once, and an expression is a small object that borrows them.
 */
import type { createRequire } from 'node:module';

/** The native expression, a bag of methods. */
type NativeExpr = Record<string, (...args: unknown[]) => unknown>;
type ExprObject = Record<PropertyKey, unknown>;
type Maker = (native: NativeExpr) => ExprObject;
/** The library calls its maker by both names. */
interface ExprModule {
  _Expr: Maker;
  Expr: Maker & Record<string, unknown>;
}

/** Members that hand the native expression on instead of calling it: the module and the maker of each. */
const NAMESPACES = [
  { names: ['str'], file: 'string', maker: 'ExprStringFunctions' },
  { names: ['lst'], file: 'list', maker: 'ExprListFunctions' },
  { names: ['date', 'dt'], file: 'datetime', maker: 'ExprDateTimeFunctions' },
  { names: ['struct'], file: 'struct', maker: 'ExprStructFunctions' },
];

/**
 * Replaces the library's maker of expressions by one that shares their methods.
 * @param load `require` that finds nodejs-polars
 */
export function shareExpressionMethods(load: ReturnType<typeof createRequire>): void {
  const library = load('nodejs-polars/bin/lazy/expr') as ExprModule;
  const { JsExpr } = load('nodejs-polars/bin/native-polars') as { JsExpr: { prototype: object } };
  const namespaces = new Map<string, Maker>();
  for (const { names, file, maker } of NAMESPACES) {
    const make = load(`nodejs-polars/bin/lazy/expr/${file}`)[maker] as Maker;
    for (const name of names) namespaces.set(name, make);
  }
  const maker = sharedMaker(library._Expr, Object.getOwnPropertyNames(JsExpr.prototype), namespaces);
  library._Expr = maker;
  library.Expr = Object.assign(maker, { ...library.Expr });
}

function sharedMaker(original: Maker, nativeMethods: readonly string[], namespaces: ReadonlyMap<string, Maker>): Maker {
  let current: NativeExpr;
  const forwarding: NativeExpr = {};
  for (const name of nativeMethods) forwarding[name] = (...args) => current[name](...args);
  const template = original(forwarding);
  const shared: ExprObject = {};
  for (const key of Reflect.ownKeys(template)) {
    if (key === '_expr' || key === 'inner' || namespaces.has(String(key))) continue;
    const method = template[key] as (...args: unknown[]) => unknown;
    shared[key] = function borrowed(this: ExprObject, ...args: unknown[]): unknown {
      const before = current;
      current = this._expr as NativeExpr;
      try {
        return method.apply(this, args);
      } finally {
        current = before;
      }
    };
  }
  shared.inner = function inner(this: ExprObject) {
    return this._expr;
  };
  for (const [name, make] of namespaces)
    Object.defineProperty(shared, name, {
      get(this: ExprObject) {
        return make(this._expr as NativeExpr);
      },
    });
  function Shared(this: ExprObject, native: NativeExpr): void {
    this._expr = native;
  }
  Shared.prototype = shared;
  const Constructor = Shared as unknown as new (native: NativeExpr) => ExprObject;
  return (native) => new Constructor(native);
}
