/** Fills with their probabilities, from 16_trade_predictions, and the markets they speak of. */
import { settlementsOf } from '../features/settlement.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import type { BacktestMarkets, Signals } from '../replay/model.ts';
import { InputError } from '../run/errors.ts';
import { prefetch } from '../run/prefetch.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts, readParts } from '../tables/read_parts.ts';
import { emptyFrame } from '../tables/schema.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import type { Venue } from '../venues/fees.ts';
import type { ScoredRows } from './calibration.ts';

export type Part = 'validation' | 'test';

/** Scored fills by rising time; row i is signal i of a replay. */
export interface ScoredFills extends Signals, ScoredRows {
  /** When the label became known. */
  readonly exitMs: Float64Array;
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  readonly priceOnly: Float64Array;
}

const PROBABILITIES = ['probability', 'price_only_probability'];
const COLUMNS = [
  ...['ts_ms', 'market_id', 'outcome_index', 'follow_index', 'price', 'fill_id', 'label', 'exit_ms', 'fold'],
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
  const frames = [marketCodes.transform(emptyFrame(TRADE_PREDICTIONS).select(...COLUMNS)).drop('market_id')];
  // Markets are numbered in the order in which they are met: in the order of the files, whatever their times.
  for await (const frame of prefetch(readParts(predictions, { order: 'file', columns: COLUMNS, where }))) {
    marketCodes.fit(frame);
    frames.push(marketCodes.transform(frame).drop('market_id'));
  }
  const all = pl
    .concat(frames)
    .sort(['ts_ms', 'fill_id', 'fold'])
    .unique({ subset: ['fill_id'], keep: 'last', maintainOrder: true });
  const column = (name: string): Float64Array => toNumbers(all, name);
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
  return {
    nRows: all.height,
    tsMs: column('ts_ms'),
    market: Int32Array.from(column('market')),
    outcome: Uint8Array.from(follows),
    price: prices.map((price, i) => (follows[i] === outcomes[i] ? price : 1 - price)),
    exitMs: column('exit_ms'),
    labels: Uint8Array.from(column('label')),
    probabilities,
    priceOnly,
  };
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
