/** Which groups a market belongs to: its event, its series, and the markets it has moved with. */
import type { MarketEvent } from '../stream/events.ts';
import type { CorrelatedGroup } from './correlated_groups.ts';

/** Kalshi names an event by its series and what follows a hyphen. */
function seriesOf({ venue, event_id: eventId }: MarketEvent): string | null {
  if (venue !== 'kalshi' || eventId === null) return null;
  const [series, more] = eventId.split('-', 2);
  return more === undefined ? null : series;
}

export class MarketGroups {
  private readonly correlated = new Map<string, string>();

  /** Puts the groups of a day in the place of those of the day before. */
  renew(groups: readonly CorrelatedGroup[]): void {
    this.correlated.clear();
    for (const { markets } of groups)
      for (const market of markets) this.correlated.set(market, `moves with ${markets[0]}`);
  }

  /** The narrowest first: event, series, what moves together. A market of which nothing is known has none. */
  of(key: string, market: MarketEvent | undefined): string[] {
    const series = market === undefined ? null : seriesOf(market);
    const moving = this.correlated.get(key);
    return [
      ...(market?.event_id == null ? [] : [`event ${market.event_id}`]),
      ...(series === null ? [] : [`series ${series}`]),
      ...(moving === undefined ? [] : [moving]),
    ];
  }
}
