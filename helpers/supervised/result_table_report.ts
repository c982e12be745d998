/** A table of results, for the terminal and for the report. */
import { type TableBlock, tableBlock } from '../charts/section.ts';
import { formatCount, formatTable } from '../run/console.ts';

type Cell = string | number;

function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? formatCount(cell) : cell.toFixed(4);
}

export function resultTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  caption: string,
): { readonly text: string; readonly block: TableBlock } {
  return {
    text: formatTable(
      header,
      rows.map((row) => row.map(formatCell)),
    ),
    block: tableBlock(
      caption,
      [...header],
      rows.map((row) => [...row]),
    ),
  };
}
