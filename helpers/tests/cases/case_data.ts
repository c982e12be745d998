/** A small data folder with everything that case files are made of, and words in it that must stay words. */
import type { TableSchema } from '../../tables/schema.ts';
import { ANOMALIES, MARKETS, WALLET_PROFILES, WALLET_RED_FLAGS } from '../../tables/schemas.ts';
import { TableWriter } from '../../tables/table_store.ts';
import { commit, type FillSpec, frameOf, START_MS, streamed, writeTables } from '../features/tables.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Time of the profiles, and of the case files. */
export const AS_OF_MS = START_MS + 9 * DAY_MS;
/** Runs if anything forgets to escape it, and turns what follows it around if anything forgets to isolate it. */
export const HOSTILE_QUESTION =
  '<script>window.wasHacked = 1</script><img src=x onerror="window.wasHacked = 1">\u202Eorder';

export function walletName(i: number): string {
  return `0x${i.toString(16).padStart(40, 'c')}`;
}

/** Wallet 0 is flagged, wallet 1 sells what it never bought, wallet 2 trades too often to draw every bet, the others are many. */
const N_WALLETS = 12;
export const FLAGGED = walletName(0);

function fills(): FillSpec[] {
  const at = (day: number, hour = 0): number => START_MS + day * DAY_MS + hour * HOUR_MS;
  const busy = Array.from({ length: 300 }, (_, i): FillSpec => {
    const [price, market] = [0.3 + 0.001 * (i % 100), i % 3 === 0 ? 'ends' : 'stays'];
    const side = i % 4 === 3 ? ('SELL' as const) : ('BUY' as const);
    return { at: at(0, i / 2), wallet: walletName(2), market, price, shares: 5, outcome: i % 2 === 0 ? 0 : 1, side };
  });
  const others = Array.from({ length: N_WALLETS - 3 }, (_, i): FillSpec[] => [
    {
      at: at(i % 5, 3),
      wallet: walletName(3 + i),
      market: 'stays',
      price: 0.2 + 0.05 * i,
      shares: 10 + i,
      role: 'maker',
    },
    { at: at(i % 5, 9), wallet: walletName(3 + i), market: 'void', price: 0.5, shares: 4 },
  ]).flat();
  return [
    { at: at(1), wallet: FLAGGED, market: 'hostile', price: 0.2, shares: 1000 },
    { at: at(2), wallet: FLAGGED, market: 'hostile', price: 0.4, shares: 100, side: 'SELL' },
    { at: at(3), wallet: FLAGGED, market: 'stays', price: 0.6, shares: 50, outcome: 1 },
    { at: at(1, 5), wallet: walletName(1), market: 'ends', price: 0.7, shares: 30, side: 'SELL' },
    { at: at(2, 5), wallet: walletName(1), market: 'void', price: 0.4, shares: 10 },
    // After the time of the profiles: nothing may know of it.
    { at: AS_OF_MS + HOUR_MS, wallet: FLAGGED, market: 'late', price: 0.9, shares: 99_999 },
    ...busy,
    ...others,
  ];
}

const MARKET_ROWS = [
  {
    market_id: 'hostile',
    question: HOSTILE_QUESTION,
    slug: '../evil"',
    resolved_ms: START_MS + 5 * DAY_MS,
    winner_index: 0,
  },
  {
    market_id: 'ends',
    question: 'Will it end?',
    slug: 'will-it-end',
    resolved_ms: START_MS + 4 * DAY_MS,
    winner_index: 1,
  },
  { market_id: 'stays', question: 'Will it stay?', slug: 'will-it-stay' },
  { market_id: 'void', question: 'Was it void?', resolved_ms: START_MS + 6 * DAY_MS, is_void: true },
  { market_id: 'late', question: 'Not yet?', resolved_ms: AS_OF_MS + DAY_MS, winner_index: 1 },
].map((row) => ({
  outcome_0: 'Yes',
  outcome_1: 'No',
  venue: 'polymarket',
  outcome_order: 'venue',
  source: 'gamma',
  ...row,
}));

/** Writes a whole table. */
export function writeRows(
  dataDir: string,
  schema: TableSchema,
  rows: readonly Record<string, unknown>[],
  options: Readonly<Record<string, unknown>> = {},
): void {
  const writer = new TableWriter(dataDir, schema);
  writer.addPart(schema.name, frameOf(schema, rows), null);
  commit(writer, options);
}

/** Reasons of the listed wallet. */
const LISTED_REASONS = ['100 % of its money went through one market', 'it gained $730 in that market'];

/** Evidence that falls from wallet to wallet; only the first is listed. */
function redFlagRow(i: number): Record<string, unknown> {
  return {
    wallet: walletName(i),
    as_of_ms: AS_OF_MS,
    insider_evidence: 10 - i,
    rank: i + 1,
    is_listed: i === 0,
    reasons: LISTED_REASONS.join('; '),
    market_id: 'wins',
    outcome_index: 0,
  };
}

/** The data folder, without 14_wallet_scores: its step has not run. */
export async function writeCaseData(): Promise<string> {
  const dataDir = writeTables(fills(), [{ id: 'late' }]);
  writeRows(dataDir, MARKETS, MARKET_ROWS);
  const profiles = new TableWriter(dataDir, WALLET_PROFILES);
  profiles.addPart(WALLET_PROFILES.name, await streamed(dataDir, AS_OF_MS), null);
  commit(profiles);
  const wallets = Array.from({ length: N_WALLETS }, (_, i) => i);
  writeRows(dataDir, WALLET_RED_FLAGS, wallets.map(redFlagRow), { budget: 1 });
  const anomalies = wallets.map((i) => ({
    wallet: walletName(i),
    as_of_ms: AS_OF_MS,
    anomaly_score: i / N_WALLETS,
    is_top_share: i === N_WALLETS - 1,
    is_conformal: false,
    reason_1: i === N_WALLETS - 1 ? 'tenure_days' : null,
  }));
  writeRows(dataDir, ANOMALIES, anomalies, { fdr: 0.1 });
  return dataDir;
}
