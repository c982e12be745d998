/** Markets as numbers: their ids are 66 characters, and a profile meets one for every position. */
import { type DataFrame, pl } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';

/** `market_id` and `market`, its place among the sorted ids: the same wherever the same markets are known. */
export function numberMarkets(markets: DataFrame): DataFrame {
  return markets
    .select('market_id')
    .unique()
    .sort('market_id')
    .withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('market'));
}

/**
 * Rows with `market` in place of `market_id`, in their order.
 * @param markets 10_markets, or what numberMarkets made of it
 * @throws InputError 'bad-value' for a market that is not among them
 */
export function withMarketNumbers(rows: DataFrame, markets: DataFrame): DataFrame {
  const numbers = markets.columns.includes('market') ? markets : numberMarkets(markets);
  const numbered = rows.join(numbers, { on: 'market_id', how: 'left' });
  const unknown = numbered.filter(pl.col('market').isNull());
  if (unknown.height > 0)
    throw new InputError(
      'bad-value',
      `10_raw_trades tells of market ${String(unknown.row(0)[rows.columns.indexOf('market_id')])}, 10_markets does not`,
      'import the raw files again; both tables come from one import',
    );
  return numbered.drop('market_id');
}
