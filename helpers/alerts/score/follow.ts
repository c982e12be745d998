/** Decisions as signals to follow: buy the side that the bet took, as soon as the decision was made. */
import type { Signals } from '../../replay/model.ts';
import type { AlertRecord } from '../record.ts';
import { sideTaken } from '../rules/bets.ts';

/** What can be bought at a time: a decision's side, or that of any fill. */
export interface Followed {
  readonly tsMs: number;
  /** Number of the market in the replay. */
  readonly market: number;
  readonly outcome: 0 | 1;
  /** USD per share of that outcome. */
  readonly price: number;
}

/** One group of decisions that are judged together. */
export interface DecisionGroup {
  readonly rule: string;
  readonly verdict: AlertRecord['verdict'];
  /** Rows of the signals, rising. */
  readonly rows: Uint32Array;
}

export interface FollowedDecisions {
  readonly signals: Signals;
  readonly groups: readonly DecisionGroup[];
  /** Decisions that name no market of the replay, or no price. */
  readonly nLeftOut: number;
}

/** Null where a decision speaks of no market, outcome or price of the replay. */
function followed(
  { marketId, outcomeIndex, price, decidedMs, known }: AlertRecord,
  numberOf: (id: string) => number,
): Followed | null {
  if (marketId === null || outcomeIndex === null || price === null) return null;
  const market = numberOf(marketId);
  const side = known.side === 'SELL' ? 'SELL' : 'BUY';
  return market < 0 ? null : { tsMs: decidedMs, market, ...sideTaken({ side, outcomeIndex, price }) };
}

/**
 * Signals of all decisions and of the fills that controls are drawn from, by time.
 * @param pool what anybody could have followed in the same span: the fills of the same days
 * @param numberOf number of a market in the replay, negative for one that is not in it
 */
export function followDecisions(
  records: readonly AlertRecord[],
  pool: readonly Followed[],
  numberOf: (marketId: string) => number,
): FollowedDecisions {
  const known = records.flatMap((record) => {
    const signal = record.venue === null ? null : followed(record, numberOf);
    return signal === null ? [] : [{ signal, group: `${record.rule} ${record.verdict}`, record }];
  });
  const all = [...known, ...pool.map((signal) => ({ signal, group: null, record: null }))].sort(
    (a, b) => a.signal.tsMs - b.signal.tsMs,
  );
  const groups = new Map<string, { record: AlertRecord; rows: number[] }>();
  all.forEach(({ group, record }, row) => {
    if (group === null) return;
    const one = groups.get(group) ?? { record, rows: [] };
    one.rows.push(row);
    groups.set(group, one);
  });
  return {
    signals: {
      nRows: all.length,
      tsMs: Float64Array.from(all, ({ signal }) => signal.tsMs),
      market: Int32Array.from(all, ({ signal }) => signal.market),
      outcome: Uint8Array.from(all, ({ signal }) => signal.outcome),
      price: Float64Array.from(all, ({ signal }) => signal.price),
    },
    groups: [...groups.values()].map(({ record: { rule, verdict }, rows }) => ({
      rule,
      verdict,
      rows: Uint32Array.from(rows),
    })),
    nLeftOut: records.filter(({ venue }) => venue !== null).length - known.length,
  };
}
