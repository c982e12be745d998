/** Heat map of a small table: confusion matrices, centroids, DBSCAN sweeps, correlations. */
import type { Picture } from '../section.ts';
import { NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { pictureOf, told } from './parts.ts';
import { short } from './words.ts';

export interface HeatCell {
  readonly row: string;
  readonly column: string;
  /** NaN for a cell without a value: left blank. */
  readonly value: number;
}

export interface HeatLabels {
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly valueTitle: string;
  /** `sequential` from light to dark; `diverging` around 0. */
  readonly colours?: 'sequential' | 'diverging';
}

/** Beyond so many cells the numbers in them would not be legible. */
const MAX_CELLS_WITH_WORDS = 120;
/** Beyond so many columns they are not even on a wide screen. */
const MAX_COLUMNS_WITH_WORDS = 10;
/** Words on dark and on light cells; not the page's neutral colours, which change in dark mode while cells do not. */
const ON_DARK = '#fefefe';
const ON_LIGHT = '#10161d';

/** Draws cells; rows and columns keep the order in which they first appear. */
export function heatMapPicture(cells: readonly HeatCell[], labels: HeatLabels): Picture {
  if (cells.length === 0) return emptyPicture(`No values of ${labels.valueTitle}.`);
  const rows = [...new Set(cells.map((cell) => cell.row))];
  const columns = [...new Set(cells.map((cell) => cell.column))];
  const finite = cells.map((cell) => cell.value).filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const reach = Math.max(Math.abs(low), Math.abs(high));
  const isDiverging = labels.colours === 'diverging';
  const domain = finite.length === 0 ? [0, 1] : isDiverging ? [-reach, reach] : [Math.min(0, low), high];
  const isDark = (value: number): boolean =>
    isDiverging ? Math.abs(value) > 0.6 * reach : value - domain[0] > 0.55 * (domain[1] - domain[0]);
  const values = cells.map((cell) => ({
    ...cell,
    words: short(cell.value),
    ink: isDark(cell.value) ? ON_DARK : ON_LIGHT,
  }));
  const hasWords = cells.length <= MAX_CELLS_WITH_WORDS && columns.length <= MAX_COLUMNS_WITH_WORDS;
  return pictureOf({
    height: { step: rows.length > 40 ? 12 : 30 },
    data: { values },
    encoding: {
      x: {
        field: 'column',
        type: 'ordinal',
        sort: columns,
        axis: { title: labels.columnTitle, orient: 'top', labelAngle: columns.length > 6 ? -40 : 0, domain: false },
      },
      y: {
        field: 'row',
        type: 'ordinal',
        sort: rows,
        axis: { title: labels.rowTitle, labelLimit: 170, ...(columns.length > 6 ? {} : { titleY: -28 }) },
      },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: NEUTRAL.grid, strokeWidth: 1 },
        encoding: {
          color: {
            condition: {
              test: 'isValid(datum.value)',
              field: 'value',
              type: 'quantitative',
              scale: { domain, scheme: isDiverging ? 'blueorange' : 'blues', reverse: isDiverging },
              legend: hasWords ? null : { title: labels.valueTitle, gradientLength: 160 },
            },
            value: 'transparent',
          },
          tooltip: [told('row', labels.rowTitle), told('column', labels.columnTitle), told('words', labels.valueTitle)],
        },
      },
      {
        transform: [{ filter: `${hasWords} && isValid(datum.value)` }],
        mark: { type: 'text', fontSize: 11 },
        encoding: {
          text: { field: 'words', type: 'nominal' },
          color: { field: 'ink', type: 'nominal', scale: null, legend: null },
        },
      },
    ],
    resolve: { scale: { color: 'independent' } },
  });
}
