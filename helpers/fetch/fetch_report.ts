/** What was fetched, in lines. */
import { isoTime, SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import type { FetchedFolder } from './fetch_history.ts';
import { MARKETS_FILE } from './source.ts';

export function presentFetch({ folder, rawFolder, window, files, isUpToDate }: FetchedFolder): { lines: string[] } {
  const rowsOf = (isWanted: (file: string) => boolean): string =>
    formatCount(files.filter(({ file }) => isWanted(file)).reduce((sum, { rows }) => sum + rows, 0));
  const moment = (seconds: number): string => isoTime(seconds * SECOND_MS).replace('.000', '');
  return {
    lines: [
      `${isUpToDate ? 'Up to date' : 'Fetched'}: ${rowsOf((file) => file !== MARKETS_FILE)} rows of trades and ${rowsOf((file) => file === MARKETS_FILE)} markets, from ${moment(window.sinceS)} to before ${moment(window.untilS)}, in ${folder}`,
      `Import them with: npx tsx 1_data_pipeline/00-3_import_trades.ts --input ${rawFolder}`,
    ],
  };
}
