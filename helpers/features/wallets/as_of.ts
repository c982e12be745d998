/** The time T that profiles look back from. */
import { DAY_MS, isoTime } from '../../run/clock.ts';
import { formatCount, type Log } from '../../run/console.ts';
import { InputError } from '../../run/errors.ts';
import { parseMoment } from '../../run/options.ts';
import { RAW_TRADES } from '../../tables/schemas.ts';
import type { Table } from '../../tables/table_store.ts';
import { endOfData, lastTimestamp } from '../../tables/time_range.ts';

export const AS_OF_OPTION = {
  type: 'string',
  describe: 'the time T, UTC (2026-01-09, 2026-01-09T12:00:00Z or ms since 1970); fills at or after it are not seen',
  defaultDescription: 'the end of the last day with trades',
  group: 'When',
} as const;

/** Beyond so long after the last fill T is likely to be a slip. */
const LATE_MS = DAY_MS;

/**
 * The time T that `--as-of` names, or the end of the data. A T long after the last fill is allowed and remarked upon.
 * @throws InputError 'bad-option' when it names no time, 'empty-input' for a table without fills
 */
export function resolveAsOf(trades: Table, asOf: string | undefined, log: Pick<Log, 'warn'>): number {
  if (trades.manifest.rows === 0)
    throw new InputError(
      'empty-input',
      `${RAW_TRADES.folder} has no fills: there is nobody to tell of`,
      `read more: ${RAW_TRADES.madeBy}; rows that could not be used are in ${RAW_TRADES.folder}/rejects`,
    );
  if (asOf === undefined) return endOfData(trades);
  const asOfMs = parseMoment('as-of', asOf);
  const lastMs = lastTimestamp(trades);
  if (asOfMs - lastMs > LATE_MS)
    log.warn(
      `--as-of ${asOf} is ${formatCount((asOfMs - lastMs) / LATE_MS)} days after the last fill, ${isoTime(lastMs)}`,
    );
  return asOfMs;
}
