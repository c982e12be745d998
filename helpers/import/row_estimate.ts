/** How many fills raw files hold, told without reading them. */
import type { Container } from './source.ts';

/** Bytes of a fill in text: poly_data's orderFilled CSV has 254 (5 M simulated fills), gzipped 52 (100,000); rounded down. */
const BYTES_PER_ROW: Readonly<Record<Exclude<Container, 'parquet'>, number>> = { text: 250, gzip: 50 };

/** Rows of a text file of so many bytes. An estimate, and never the base of anything but sizes. */
export function estimateTextRows(container: Exclude<Container, 'parquet'>, bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_ROW[container]);
}
