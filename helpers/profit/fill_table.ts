/**
 * 15_trade_features as fills to walk through: the numbers that decide how they are cut lie in a scratch folder, a file a part,
 * and features stay in the table, so that memory is that of the largest part (a day) and of the names of wallets and markets.
 */
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { priceWhere } from '../features/amounts.ts';
import { assert, InputError } from '../run/errors.ts';
import { makeFolder, withSystemErrors } from '../run/files.ts';
import { prefetch } from '../run/prefetch.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toMatrix, toNumbers } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import { FEATURES, type FillKeys, type FillSource, FOLLOWS_OWN, type KeyBlock } from './trade_rows.ts';

const KEY_COLUMNS = ['ts_ms', 'exit_ms', 'market_id', 'event_id', 'wallet', 'label', 'follow_price'];
const FUTURE_COLUMNS = ['follow_index', 'outcome_index', 'future_price'];
/** Three float64, three int32 and a byte. */
const BYTES_PER_ROW = 37;

/** The arrays of `n` fills over some memory, the widest first, so that each begins where its width allows. */
function keysOver(memory: ArrayBuffer, n: number): FillKeys {
  const [tsMs, exitMs, returns] = [0, 8, 16].map((at) => new Float64Array(memory, at * n, n));
  const [market, event, wallet] = [24, 28, 32].map((at) => new Int32Array(memory, at * n, n));
  return { tsMs, exitMs, returns, market, event, wallet, labels: new Uint8Array(memory, 36 * n, n) };
}

interface Part {
  readonly path: string;
  readonly n: number;
  readonly firstRow: number;
}

function readPart({ path, n, firstRow }: Part, memory: ArrayBuffer): KeyBlock {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(memory, 0, n * BYTES_PER_ROW);
    for (let at = 0; at < bytes.length; ) {
      const nRead = readSync(file, bytes, at, bytes.length - at, at);
      assert(nRead > 0, `${path} has been cut short while it was used`);
      at += nRead;
    }
  } finally {
    closeSync(file);
  }
  return { keys: keysOver(memory, n), n, firstRow };
}

/**
 * Opens the table.
 * @param scratch folder for the keys; it must be there as long as the fills are used
 * @throws InputError 'corrupt-file' for a damaged part, and when rows or parts do not rise in time
 */
export async function openFillTable(table: Table, scratch: string): Promise<FillSource> {
  makeFolder(scratch);
  const parts: Part[] = [];
  const encoders = {
    market: new LabelEncoder('market_id', 'market'),
    event: new LabelEncoder('event_id', 'event'),
    wallet: new LabelEncoder('wallet', 'wallet_code'),
  };
  let firstRow = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const part of prefetch(readParts(table, { columns: [...KEY_COLUMNS, ...FUTURE_COLUMNS] }))) {
    let frame = part;
    for (const encoder of Object.values(encoders)) {
      encoder.fit(frame);
      frame = encoder.transform(frame);
    }
    const { height: n } = frame;
    const memory = new ArrayBuffer(n * BYTES_PER_ROW);
    const keys = keysOver(memory, n);
    const column = (name: string): Float64Array => toNumbers(frame, name);
    keys.tsMs.set(column('ts_ms'));
    keys.exitMs.set(column('exit_ms'));
    keys.labels.set(column('label'));
    const future = toNumbers(frame.select(priceWhere(FOLLOWS_OWN, 'future_price').alias('future')), 'future');
    const [paid, market, event, wallet] = ['follow_price', 'market', 'event', 'wallet_code'].map(column);
    for (let i = 0; i < n; i++) {
      keys.returns[i] = (future[i] - paid[i]) / paid[i];
      keys.market[i] = market[i];
      keys.event[i] = Number.isNaN(event[i]) ? -1 - market[i] : event[i];
      keys.wallet[i] = Number.isNaN(wallet[i]) ? -1 : wallet[i];
      if (keys.tsMs[i] < lastMs)
        throw new InputError(
          'corrupt-file',
          `the rows of ${table.folder} do not rise in time`,
          `delete ${table.folder} and run: ${table.schema.madeBy}`,
        );
      lastMs = keys.tsMs[i];
    }
    const path = join(scratch, `keys_${parts.length}`);
    withSystemErrors(path, () => writeFileSync(path, new Uint8Array(memory)));
    parts.push({ path, n, firstRow });
    firstRow += n;
  }
  const nMost = parts.reduce((most, { n }) => Math.max(most, n), 0);
  return {
    n: firstRow,
    keys: function* () {
      const memory = new ArrayBuffer(nMost * BYTES_PER_ROW);
      for (const part of parts) yield readPart(part, memory);
    },
    blocks: async function* (columns = []) {
      let at = 0;
      for await (const frame of prefetch(readParts(table, { columns: [...new Set([...FEATURES, ...columns])] }))) {
        const part = parts[at++];
        const x = toMatrix(frame, FEATURES);
        yield { ...readPart(part, new ArrayBuffer(part.n * BYTES_PER_ROW)), x, frame };
      }
    },
  };
}
