/**
 * Times, as ms since 1970 UTC: counts of seconds, milliseconds, microseconds or nanoseconds (told apart by size), and ISO
 * 8601 with `T` or a space, any fraction, and `Z`, an offset, the name of a zone, or nothing.
 */

import { floorDivide } from '../../polars/floor_divide.ts';
import { type DataFrame, type Expr, pl } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { anyNumber, numberOrNull, plainInteger } from './number.ts';
import { textOrNull } from './text.ts';
import { TimeZone } from './time_zone.ts';

/** Times outside of these years are mistakes of units: no prediction market of the venues is older, none ends later. */
export const TIME_MIN_MS = Date.UTC(2015, 0, 1);
export const TIME_MAX_MS = Date.UTC(2100, 0, 1);

/** Counts below these are seconds, milliseconds, microseconds; above, nanoseconds. Each end lies in the year 5138. */
const SECONDS_MAX = 1e11;
const MILLISECONDS_MAX = 1e14;
const MICROSECONDS_MAX = 1e17;

const ISO =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?)? ?(?:(Z|UTC|GMT)|([+-])(0\d|1[0-4]):?([0-5]\d)?|([a-z_]+\/[a-z_/+-]+))?$/i;
const TEXT_LENGTH_MAX = 64;

/** A time, and whether nothing but its clock was told. */
export interface ParsedTime {
  readonly ms: number;
  readonly isNaive: boolean;
}

/** A count of seconds, milliseconds, microseconds or nanoseconds as ms, rounded down. */
function msOfCount(count: number): number {
  const size = Math.abs(count);
  // Through microseconds, so that 1700000001.123 does not become .122.
  if (size < SECONDS_MAX) return Math.floor(Math.round(count * 1e6) / 1000);
  if (size < MILLISECONDS_MAX) return Math.floor(count);
  return Math.floor(count / (size < MICROSECONDS_MAX ? 1000 : 1e6));
}

const zones = new Map<string, TimeZone | null>();

/** A zone by its name in a text; null where there is none of that name. */
function zoneNamed(name: string): TimeZone | null {
  let zone = zones.get(name);
  if (zone === undefined) {
    try {
      zone = new TimeZone(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      zone = null;
    }
    zones.set(name, zone);
  }
  return zone;
}

/**
 * A time in text; null when it is none.
 * @param zone where clocks of times without a zone stand; null is UTC
 */
export function parseTime(value: string | null | undefined, zone: TimeZone | null): ParsedTime | null {
  const text = textOrNull(value);
  if (text === null || text.length > TEXT_LENGTH_MAX) return null;
  const count = numberOrNull(text);
  if (count !== null) return { ms: msOfCount(count), isNaive: false };
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, day, clock = '00:00', second = '00', fraction = '', utc, sign, hours, minutes = '0', name] = match;
  const whole = Date.parse(`${day}T${clock}:${second}Z`);
  // Date.parse takes 30 February for 1 March, and 24:00 for the next day.
  if (Number.isNaN(whole) || new Date(whole).toISOString().slice(0, 10) !== day) return null;
  const localMs = whole + Number(`${fraction}000`.slice(0, 3));
  if (utc !== undefined) return { ms: localMs, isNaive: false };
  if (sign !== undefined) {
    const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return { ms: sign === '-' ? localMs + offset : localMs - offset, isNaive: false };
  }
  if (name === undefined) return { ms: zone?.toUtc(localMs) ?? localMs, isNaive: true };
  const named = zoneNamed(name);
  return named === null ? null : { ms: named.toUtc(localMs), isNaive: false };
}

/**
 * A text column of digits alone, of microseconds at the finest, as ms since 1970 UTC; null for what is not. Nanoseconds come
 * out as a time in the far future, which costs nothing where there are none.
 */
export function timeFromInteger(name: string): Expr {
  const number = plainInteger(name);
  return pl
    .when(number.lt(pl.lit(SECONDS_MAX)))
    .then(number.mul(pl.lit(1000).cast(pl.Int64)))
    .when(number.lt(pl.lit(MILLISECONDS_MAX)))
    .then(number)
    .otherwise(floorDivide(number, 1000));
}

/** A text column of decimal counts as ms since 1970 UTC, rounded down through microseconds; null for what is not. */
function timeFromNumber(name: string): Expr {
  const number = anyNumber(name);
  const microseconds = pl
    .when(number.lt(pl.lit(SECONDS_MAX)))
    .then(number.mul(pl.lit(1e6)).round(0))
    .when(number.lt(pl.lit(MILLISECONDS_MAX)))
    .then(number.mul(pl.lit(1000)).round(0))
    .when(number.lt(pl.lit(MICROSECONDS_MAX)))
    .then(number.floor())
    .otherwise(number.div(pl.lit(1000)).floor());
  return floorDivide(microseconds.cast(pl.Int64, false), 1000);
}

/** `2024-11-06 15:25:19.123` and nothing more: Polars passes over what it does not understand behind a time. */
const CLOCK = '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?$';
const UTC_SUFFIX = '(Z|[+]00(:?00)?| UTC)$';

export interface ParsedTimes {
  /** One column `ts_ms`, ms since 1970 UTC; null where there is no time. */
  readonly frame: DataFrame;
  /** Rows whose time came without a zone. */
  readonly nNaive: number;
}

/**
 * A column of text as times.
 * @param zone where clocks of times without a zone stand; null is UTC
 */
export function parseTimes(frame: DataFrame, name: string, zone: TimeZone | null): ParsedTimes {
  const isNanoseconds = plainInteger(name).gtEq(pl.lit(MICROSECONDS_MAX));
  const fromInteger = pl
    .when(isNanoseconds)
    .then(floorDivide(plainInteger(name), 1e6))
    .otherwise(timeFromInteger(name));
  const times = frame.select(fromInteger.fillNull(timeFromNumber(name)).alias('ts_ms'));
  const nAbsent = frame.getColumn(name).nullCount();
  if (times.getColumn('ts_ms').nullCount() === nAbsent) return { frame: times, nNaive: 0 };
  const text = pl.col(name).str.replace('^([0-9-]{10})T', '$1 ');
  const clock = text.str.replace(UTC_SUFFIX, '');
  const fromText = pl
    .when(clock.str.contains(CLOCK))
    .then(clock)
    .otherwise(pl.lit(null).cast(pl.Utf8))
    .str.strptime(pl.Datetime('ms'), '%Y-%m-%d %H:%M:%S%.f')
    .cast(pl.Datetime('us'))
    .cast(pl.Int64);
  const isNaive = text.str.contains(CLOCK).fillNull(pl.lit(false));
  const parsed = frame
    .select(fromText.alias('us'), isNaive.alias('is_naive'))
    .withColumn(times.getColumn('ts_ms'))
    .select(
      pl
        .col('ts_ms')
        .fillNull(floorDivide(pl.col('us'), 1000))
        .alias('ts_ms'),
      pl.col('is_naive'),
    );
  const nNaive = Number(parsed.getColumn('is_naive').cast(pl.UInt32).sum());
  const isWhole = parsed.getColumn('ts_ms').nullCount() === nAbsent;
  if (isWhole && (zone === null || nNaive === 0)) return { frame: parsed.select('ts_ms'), nNaive };
  return parseOneByOne(frame, name, zone);
}

/** Every text of a column by parseTime: what is written in a rarer way, or on the clocks of a zone. */
function parseOneByOne(frame: DataFrame, name: string, zone: TimeZone | null): ParsedTimes {
  let nNaive = 0;
  const texts = frame.getColumn(name).toArray() as (string | null)[];
  const times = texts.map((text) => {
    const time = parseTime(text, zone);
    if (time?.isNaive) nNaive++;
    return time?.ms ?? null;
  });
  return { frame: pl.DataFrame([pl.Series('ts_ms', times, pl.Float64).cast(pl.Int64)]), nNaive };
}
