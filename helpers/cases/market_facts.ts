/** What is known of markets at a time: their questions, their outcomes, and who won. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';

export interface MarketFacts {
  readonly id: string;
  readonly venue: string;
  readonly question: string | null;
  readonly slug: string | null;
  readonly outcomes: readonly [string, string];
  /** Null while it is not known. */
  readonly winner: 0 | 1 | null;
  /** NaN while there is no winner. */
  readonly resolvedMs: number;
  readonly isVoid: boolean;
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
  const [winners, resolved, isVoid] = ['winner_index', 'resolved_ms', 'is_void'].map((name) => toNumbers(wanted, name));
  return new Map(
    own.map((id, i) => {
      const isKnown = resolved[i] < asOfMs;
      const hasWinner = isKnown && !Number.isNaN(winners[i]);
      const facts: MarketFacts = {
        id: id!,
        venue: venues[i]!,
        question: questions[i],
        slug: slugs[i],
        outcomes: [names0[i] ?? 'outcome 0', names1[i] ?? 'outcome 1'],
        winner: hasWinner ? (winners[i] as 0 | 1) : null,
        resolvedMs: hasWinner ? resolved[i] : Number.NaN,
        isVoid: isKnown && isVoid[i] === 1,
      };
      return [facts.id, facts];
    }),
  );
}
