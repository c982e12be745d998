/** A table of results, for the terminal and for the report. */
import { type TableBlock, tableBlock } from '../charts/section.ts';
import { formatCount, formatTable, tabulate } from '../run/console.ts';

type Cell = string | number;

function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? formatCount(cell) : cell.toFixed(4);
}

export function resultTable<T>(
  records: readonly T[],
  columns: Readonly<Record<string, (record: T) => Cell>>,
  caption: string,
): { readonly text: string; readonly block: TableBlock } {
  const { header, rows } = tabulate(records, columns);
  const texts = rows.map((row) => row.map(formatCell));
  return { text: formatTable(header, texts), block: tableBlock(caption, header, rows) };
}
