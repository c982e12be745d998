/** How adapters read the times of market rows; counts what could not be taken as it was written. */
import { parseTime, TIME_MAX_MS, TIME_MIN_MS } from './time.ts';
import type { TimeZone } from './time_zone.ts';

export class MarketValues {
  /** Times that came without a zone. */
  nNaiveTimes = 0;
  /** Times outside of 2015 to 2100, which became null. */
  nImpossibleTimes = 0;

  /** @param zone where clocks of times without a zone stand; null is UTC */
  constructor(private readonly zone: TimeZone | null) {}

  /** ms since 1970 UTC; null where the time is absent, unreadable or impossible. */
  time(value: string | null | undefined): number | null {
    const time = parseTime(value, this.zone);
    if (time === null) return null;
    if (time.isNaive) this.nNaiveTimes++;
    if (time.ms >= TIME_MIN_MS && time.ms < TIME_MAX_MS) return time.ms;
    this.nImpossibleTimes++;
    return null;
  }
}
