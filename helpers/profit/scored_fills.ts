/** Fills with their chances, from 16_trade_predictions, and the markets they speak of. */

import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import type { BacktestMarkets, Signals } from '../replay/model.ts';
import { InputError } from '../run/errors.ts';
import { Codebook } from '../tables/codebook.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { partPaths, scanPart, type Table, withParquetErrors } from '../tables/table_store.ts';
import type { Venue } from '../venues/fees.ts';

export type Part = 'validation' | 'test';

/** Scored fills by rising time; row i is signal i of a replay. */
export interface ScoredFills extends Signals {
  /** When the label became known. */
  readonly exitMs: Float64Array;
  readonly labels: Uint8Array;
  readonly probabilities: Float64Array;
  /** The chance when nothing but the price is known. */
  readonly priceOnly: Float64Array;
}

const PROBABILITIES = ['probability', 'price_only_probability'];
const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'follow_index', 'price', 'fill_id', 'label', 'exit_ms', 'fold'];

function readPart(path: string, part: Part): DataFrame {
  return withParquetErrors(path, () =>
    scanPart(path, TRADE_PREDICTIONS)
      .filter(pl.col('part').eq(pl.lit(part)))
      .select(...COLUMNS, ...PROBABILITIES)
      .collectSync(),
  );
}

/** Moment of the first test fill, ms; Infinity when there is none. */
export function firstTestMs(predictions: Table): number {
  return partPaths(predictions).reduce((least, path) => {
    const frame = readPart(path, 'test');
    return frame.height === 0 ? least : Math.min(least, Number(frame.getColumn('ts_ms').min()));
  }, Number.POSITIVE_INFINITY);
}

/**
 * The scored fills of one part by time and fill, each once: validation periods of the walk-forward overlap, and of a fill that
 * several models have scored the latest model's chance counts.
 * @param book learns the markets that are spoken of
 * @param knownByMs only fills whose label was known by then
 * @throws InputError 'bad-value' for a chance outside 0..1
 */
export async function readScoredFills(
  predictions: Table,
  part: Part,
  book: Codebook,
  knownByMs = Number.POSITIVE_INFINITY,
): Promise<ScoredFills> {
  const frames: DataFrame[] = [];
  for (const path of partPaths(predictions)) {
    let frame = readPart(path, part);
    if (Number.isFinite(knownByMs)) frame = frame.filter(pl.col('exit_ms').ltEq(pl.lit(knownByMs).cast(pl.Int64)));
    if (frame.height === 0) continue;
    book.learn(frame);
    frames.push(book.coded(frame).drop('market_id'));
    await releaseFrames();
  }
  if (frames.length === 0) return emptyFills();
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
        `${name} of table ${TRADE_PREDICTIONS.folder} is ${values[bad]}, not a chance`,
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

function emptyFills(): ScoredFills {
  const none = new Float64Array(0);
  return {
    nRows: 0,
    tsMs: none,
    market: new Int32Array(0),
    outcome: new Uint8Array(0),
    price: none,
    exitMs: none,
    labels: new Uint8Array(0),
    probabilities: none,
    priceOnly: none,
  };
}

/** An empty book of markets. */
export function marketBook(): Codebook {
  return new Codebook('market_id', 'market');
}

/**
 * What a share of outcome 0 pays at resolution. A void market of Polymarket pays .5 a share of either outcome (its prices
 * are then .5 and .5); what Kalshi pays for one is not in the data.
 */
function payoutOf(venue: string, winner: number, isVoid: boolean): number {
  if (!Number.isNaN(winner)) return winner === 0 ? 1 : 0;
  return isVoid && venue === 'polymarket' ? 0.5 : Number.NaN;
}

/**
 * The markets of a book, by their numbers.
 * @param frame 10_markets
 * @throws InputError 'bad-value' when some are not in it
 */
export function backtestMarkets(frame: DataFrame, book: Codebook): BacktestMarkets {
  const known = book.coded(frame).filter(pl.col('market').isNotNull()).sort('market');
  if (known.height !== book.size)
    throw new InputError(
      'bad-value',
      `${book.size - known.height} markets of table ${TRADE_PREDICTIONS.folder} are not in 10_markets`,
      `make it again: ${TRADE_PREDICTIONS.madeBy}`,
    );
  const venues = toTexts(known, 'venue') as Venue[];
  const [winners, resolved, rates, exponents] = ['winner_index', 'resolved_ms', 'fee_rate', 'fee_exponent'].map(
    (name) => toNumbers(known, name),
  );
  const isVoid = toNumbers(known.select(pl.col('is_void').cast(pl.UInt8)), 'is_void');
  return {
    ids: toTexts(known, 'market_id') as string[],
    venues,
    feeRates: rates,
    feeExponents: exponents,
    resolvedMs: resolved.map((ms) => (Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms)),
    payouts: winners.map((winner, m) => payoutOf(venues[m], winner, isVoid[m] === 1)),
  };
}
