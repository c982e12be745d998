/** The newest forecasts of 24, read again when they are made anew. None is used before it was known, or when it has become too old. */
import { formatDuration } from '../run/clock.ts';
import { FORECASTS } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';

/** A probability that may be used, or why there is none: a kind of reason without figures. */
export type KnownForecast =
  | { readonly kind: 'known'; readonly p: number; readonly asOfMs: number; readonly why: string }
  | { readonly kind: 'none'; readonly why: string };

interface Row {
  readonly p: number;
  readonly asOfMs: number;
  readonly why: string;
}

export class Forecasts {
  private byTicker = new Map<string, Row>();
  private fingerprint: string | null = null;

  constructor(
    private readonly dataDir: string,
    private readonly maxAgeMs: number,
  ) {}

  /** @returns whether there were new ones. @throws InputError for a damaged table */
  refresh(): boolean {
    const table = openTableIfThere(this.dataDir, FORECASTS);
    if (table === null || stampOf(table) === this.fingerprint) return false;
    const rows = readTable(table).toRecords() as Record<string, unknown>[];
    this.byTicker = new Map(
      rows.flatMap(({ venue, market_id, p, as_of_ms, why }) =>
        venue === 'kalshi' ? [[String(market_id), { p: Number(p), asOfMs: Number(as_of_ms), why: String(why) }]] : [],
      ),
    );
    this.fingerprint = stampOf(table);
    return true;
  }

  /** What is forecast of a market, as of `nowMs`. */
  of(ticker: string, nowMs: number): KnownForecast {
    const row = this.byTicker.get(ticker);
    if (row === undefined) return { kind: 'none', why: 'no forecast' };
    if (row.asOfMs > nowMs) return { kind: 'none', why: 'its forecast was not known yet' };
    if (nowMs - row.asOfMs > this.maxAgeMs)
      return { kind: 'none', why: `its forecast is older than ${formatDuration(this.maxAgeMs)}` };
    return { kind: 'known', ...row };
  }
}

/** Tells one table from the next: what it was made from, and when. */
function stampOf({ manifest }: NonNullable<ReturnType<typeof openTableIfThere>>): string {
  return JSON.stringify([manifest.fingerprint, manifest.parts.map(({ sha256 }) => sha256)]);
}
