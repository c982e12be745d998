/**
 * Rows of poly_data's orderFilled.csv, straight from bytes to columns, at a tenth of the time that a general reader takes. It accepts
 * what the Goldsky subgraph writes and nothing else: eight fields, times of ten digits, addresses and hashes in lower case, ids and
 * amounts of digits without a zero in front, cash on one side, a price above 0 and at most 1. Whatever else a text holds, no row of
 * it is read here.
 */
import type { Executor, Kernel } from '../executor.ts';

/** Bytes behind a text that may be looked at. */
export const TEXT_MARGIN_BYTES = 512;
/** Room for texts of a row; tokens need 2 bytes more in all. */
export const ADDRESS_BYTES = 42;
export const HASH_BYTES = 66;
export const TOKEN_BYTES_MAX = 78;
const VIEW_BYTES = 16;
const WORDS = ['BUY', 'SELL', 'maker', 'taker'] as const;

/** The general reader is the reference implementation: without WebAssembly no row is accepted. */
const ORDER_FILLED_ROWS: Kernel = { name: 'orderFilledRows', run: () => undefined };
const COUNT_LINES: Kernel = { name: 'countLines', run: () => undefined };

/** Columns that a text is read into; a text column is views of 16 bytes a row beside the bytes of long texts, as in Arrow. */
export interface OrderFilledColumns {
  /** ms since 1970 UTC, int64. */
  readonly times: Uint8Array;
  /** Millionths of a share and of a USD, int64. */
  readonly shares: Uint8Array;
  readonly cash: Uint8Array;
  /** USD per share, float64. */
  readonly prices: Uint8Array;
  /** Views of BUY and SELL, of maker and taker. */
  readonly sides: Uint8Array;
  readonly roles: Uint8Array;
  readonly wallets: Uint8Array;
  readonly walletText: Uint8Array;
  readonly tokens: Uint8Array;
  readonly tokenText: Uint8Array;
  readonly hashes: Uint8Array;
  readonly hashText: Uint8Array;
}

/** Lines of a text in the executor's memory. */
export function countLines(executor: Executor, text: Uint8Array): number {
  const result = executor.uint32(1);
  executor.dispatch(COUNT_LINES, 1, text, text.length, result);
  return result[0];
}

/** Words as views that hold their text. */
function viewsOfWords(): Uint8Array {
  const views = new Uint8Array(WORDS.length * VIEW_BYTES);
  WORDS.forEach((word, i) => {
    views[i * VIEW_BYTES] = word.length;
    views.set(Buffer.from(word, 'latin1'), i * VIEW_BYTES + 4);
  });
  return views;
}

/**
 * Reads all rows of a text into columns that have room for them, or none.
 * @param text whole lines in the executor's memory, TEXT_MARGIN_BYTES of which lie behind them
 * @param exchanges addresses in lower case; whose counterparty is one of them has taken, all others made
 * @returns bytes of tokens written; null where a row is not accepted
 */
export function readOrderFilledRows(
  executor: Executor,
  text: Uint8Array,
  exchanges: readonly string[],
  columns: OrderFilledColumns,
): number | null {
  const { times, shares, cash, prices, sides, roles, wallets, walletText, tokens, tokenText, hashes, hashText } =
    columns;
  return executor.scope(() => {
    const result = executor.uint32(2);
    executor.dispatch(
      ORDER_FILLED_ROWS,
      1,
      ...[text, text.length, executor.place(viewsOfWords())],
      ...[executor.place(Uint8Array.from(Buffer.from(exchanges.join(''), 'latin1'))), exchanges.length],
      ...[times, shares, cash, prices, sides, roles, wallets, tokens, hashes, walletText, tokenText, hashText, result],
    );
    return result[0] * 8 === times.length ? result[1] : null;
  });
}
