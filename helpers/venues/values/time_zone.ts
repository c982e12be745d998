/** Local times of a time zone as UTC, by the rules that Node knows of the zone. */
import { InputError } from '../../run/errors.ts';

const DAY_MS = 86_400_000;
/** No zone has changed its clock within such a span, counted from the hour, since 1970. */
const SPAN_MS = 900_000;

/** Turns local times into UTC. */
export class TimeZone {
  private readonly format: Intl.DateTimeFormat;
  /** Offset by span of local time. */
  private readonly offsets = new Map<number, number>();

  /** @throws InputError 'bad-option' for a name that is no time zone */
  constructor(readonly name: string) {
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (error) {
      throw new InputError(
        'bad-option',
        `--time-zone ${name} is not a time zone`,
        'write a name of the IANA list, for example --time-zone America/New_York or --time-zone UTC',
        { cause: error },
      );
    }
  }

  /** What the clocks of the zone are ahead of UTC at a time, ms. */
  private offsetAt(utcMs: number): number {
    const parts = Object.fromEntries(this.format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
    const localMs = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
    return localMs - Math.floor(utcMs / 1000) * 1000;
  }

  /**
   * UTC of a time on the clocks of the zone, both in ms since 1970. Of an hour that comes twice in autumn the first is meant;
   * one that is left out in spring counts as if the clocks had not been put forward.
   */
  toUtc(localMs: number): number {
    const span = Math.floor(localMs / SPAN_MS);
    let offset = this.offsets.get(span);
    if (offset === undefined) {
      const before = this.offsetAt(localMs - DAY_MS);
      const after = this.offsetAt(localMs + DAY_MS);
      const isAfter = this.offsetAt(localMs - before) !== before && this.offsetAt(localMs - after) === after;
      offset = isAfter ? after : before;
      this.offsets.set(span, offset);
    }
    return localMs - offset;
  }
}
