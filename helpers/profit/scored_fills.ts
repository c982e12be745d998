/** Fills with their probabilities, from 16_trade_predictions, and the markets they speak of. */
import { settlementsOf } from '../features/settlement.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import type { BacktestMarkets, Signals } from '../replay/model.ts';
import { InputError } from '../run/errors.ts';
import type { ManifestPart } from '../run/manifest.ts';
import { prefetch } from '../run/prefetch.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts, readParts, selectParts } from '../tables/read_parts.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import type { Venue } from '../venues/fees.ts';
import type { ScoredRows } from './calibration.ts';

export type Part = 'validation' | 'test';

/** Scored fills by rising time; row i is signal i of a replay. */
export interface ScoredFills extends Signals, ScoredRows {
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly priceOnly: Float64Array;
}

const PROBABILITIES = ['probability', 'price_only_probability'];
const COLUMNS = [
  ...['ts_ms', 'market_id', 'outcome_index', 'follow_index', 'price', 'fill_id', 'label', 'fold'],
  ...PROBABILITIES,
];

const isPart = (part: Part) => pl.col('part').eq(pl.lit(part));

/** Timestamp of the first test fill, ms; Infinity when there is none. */
export async function firstTestMs(predictions: Table): Promise<number> {
  const first = await collectParts(predictions, {
    where: isPart('test'),
    query: (rows) => rows.select(pl.col('ts_ms').min()),
  });
  const [ms] = toNumbers(first, 'ts_ms');
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

/**
 * The scored fills of one part by time and fill, each once: validation periods of the walk-forward overlap, and of a fill that
 * several models have scored the latest model's probability counts.
 * @param marketCodes learns the markets that are spoken of
 * @param knownByMs only fills whose label was known by then
 * @throws InputError 'bad-value' for a probability outside 0..1
 */
export async function readScoredFills(
  predictions: Table,
  part: Part,
  marketCodes: LabelEncoder,
  knownByMs = Number.POSITIVE_INFINITY,
): Promise<ScoredFills> {
  const isKnown = pl.col('exit_ms').ltEq(pl.lit(knownByMs).cast(pl.Int64));
  const where = Number.isFinite(knownByMs) ? isPart(part).and(isKnown) : isPart(part);
  let nScored = 0;
  // Markets are numbered in the order in which they are met: in the order of the files, whatever their times.
  for await (const frame of prefetch(readParts(predictions, { order: 'file', columns: ['market_id'], where }))) {
    marketCodes.fit(frame);
    nScored += frame.height;
  }
  const fills = createScoredFills(nScored);
  let n = 0;
  for (const parts of partsByTime(predictions)) {
    const frame = await collectParts(predictions, { parts, columns: COLUMNS, where });
    const once = marketCodes
      .transform(frame)
      .sort(['ts_ms', 'fill_id', 'fold'])
      .unique({ subset: ['fill_id'], keep: 'last', maintainOrder: true });
    setScoredFills(fills, once, n);
    n += once.height;
    await releaseFrames();
  }
  const taken = Object.entries(fills).map(([name, values]) => [name, values.subarray(0, n)] as const);
  return { nRows: n, ...(Object.fromEntries(taken) as typeof fills) };
}

/** Parts in order of time, those together whose times overlap: no fill is in two of the lists. */
function partsByTime(table: Table): ManifestPart[][] {
  const lists: ManifestPart[][] = [];
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const part of selectParts(table)) {
    if ((part.minTsMs ?? untilMs) > untilMs) lists.push([]);
    lists[lists.length - 1].push(part);
    untilMs = Math.max(untilMs, part.maxTsMs ?? untilMs);
  }
  return lists;
}

function createScoredFills(n: number) {
  return {
    tsMs: new Float64Array(n),
    market: new Int32Array(n),
    outcome: new Uint8Array(n),
    price: new Float64Array(n),
    labels: new Uint8Array(n),
    probabilities: new Float64Array(n),
    priceOnly: new Float64Array(n),
  };
}

/** Writes the fills of a frame from row `at` on. */
function setScoredFills(fills: ReturnType<typeof createScoredFills>, frame: DataFrame, at: number): void {
  const column = (name: string): Float64Array => toNumbers(frame, name);
  const [prices, outcomes, follows] = ['price', 'outcome_index', 'follow_index'].map(column);
  const [probabilities, priceOnly] = PROBABILITIES.map((name) => {
    const values = column(name);
    const bad = values.findIndex((p) => !(p >= 0 && p <= 1));
    if (bad >= 0)
      throw new InputError(
        'bad-value',
        `${name} of table ${TRADE_PREDICTIONS.folder} is ${values[bad]}, not a probability`,
        `make it again: ${TRADE_PREDICTIONS.madeBy}`,
      );
    return values;
  });
  const price = prices.map((own, i) => (follows[i] === outcomes[i] ? own : 1 - own));
  fills.tsMs.set(column('ts_ms'), at);
  fills.market.set(column('market'), at);
  fills.outcome.set(follows, at);
  fills.price.set(price, at);
  fills.labels.set(column('label'), at);
  fills.probabilities.set(probabilities, at);
  fills.priceOnly.set(priceOnly, at);
}

/** An empty book of markets. */
export function marketEncoder(): LabelEncoder {
  return new LabelEncoder('market_id', 'market');
}

/**
 * The markets of a book, by their numbers.
 * @param frame 10_markets
 * @throws InputError 'bad-value' when some are not in it
 */
export function backtestMarkets(frame: DataFrame, marketCodes: LabelEncoder): BacktestMarkets {
  const known = marketCodes.transform(frame).filter(pl.col('market').isNotNull()).sort('market');
  if (known.height !== marketCodes.size)
    throw new InputError(
      'bad-value',
      `${marketCodes.size - known.height} markets of table ${TRADE_PREDICTIONS.folder} are not in 10_markets`,
      `make it again: ${TRADE_PREDICTIONS.madeBy}`,
    );
  const { payout0, resolvedMs } = settlementsOf(known);
  return {
    ids: toTexts(known, 'market_id') as string[],
    venues: toTexts(known, 'venue') as Venue[],
    feeRates: toNumbers(known, 'fee_rate'),
    feeExponents: toNumbers(known, 'fee_exponent'),
    resolvedMs,
    payouts: payout0,
  };
}
