/** What is known of markets at a time: their questions, their outcomes, and what these were paid. */
import { settlementsOf } from '../features/settlement.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { toTexts } from '../tables/matrix.ts';

export interface MarketFacts {
  readonly id: string;
  readonly venue: string;
  readonly question: string | null;
  readonly slug: string | null;
  readonly outcomes: readonly [string, string];
  /** What a share of outcome 0 was paid; NaN while that is not known. */
  readonly payout0: number;
  /** NaN while no payout is known. */
  readonly resolvedMs: number;
}

/**
 * @param markets 10_markets
 * @param ids markets that are asked for; those that the table does not hold are left out
 * @param asOfMs what resolved at it or later is not known
 */
export function marketFacts(markets: DataFrame, ids: readonly string[], asOfMs: number): Map<string, MarketFacts> {
  const wanted = markets.filter(pl.col('market_id').isIn([...ids]));
  const texts = (name: string): (string | null)[] => toTexts(wanted, name);
  const [own, venues, questions, slugs] = ['market_id', 'venue', 'question', 'slug'].map(texts);
  const [names0, names1] = ['outcome_0', 'outcome_1'].map(texts);
  const { payout0, resolvedMs } = settlementsOf(wanted);
  return new Map(
    own.map((id, i) => {
      const isKnown = resolvedMs[i] < asOfMs && !Number.isNaN(payout0[i]);
      const facts: MarketFacts = {
        id: id!,
        venue: venues[i]!,
        question: questions[i],
        slug: slugs[i],
        outcomes: [names0[i] ?? 'outcome 0', names1[i] ?? 'outcome 1'],
        payout0: isKnown ? payout0[i] : Number.NaN,
        resolvedMs: isKnown ? resolvedMs[i] : Number.NaN,
      };
      return [facts.id, facts];
    }),
  );
}
