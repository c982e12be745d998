/** The page of case files: one offline file about the wallets that are most worth a look. */
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { casesPath } from '../charts/report.ts';
import { Population } from '../features/wallets/population.ts';
import type { DataFrame } from '../polars/polars.ts';
import { formatBytes, formatCount } from '../run/console.ts';
import { hashValue, writeFileAtomic } from '../run/files.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import { integerMin } from '../run/ranges.ts';
import type { Run } from '../run/script.ts';
import { manifestInputs } from '../tables/made_from.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { ANOMALIES, MARKETS, RAW_TRADES, WALLET_PROFILES, WALLET_RED_FLAGS, WALLET_SCORES } from '../tables/schemas.ts';
import { isSimulated } from '../tables/simulated_data.ts';
import { openTable, openTableIfThere, readTable, type Table } from '../tables/table_store.ts';
import { type CasesPage, casesPage, FINGERPRINT_META } from './case_page_report.ts';
import { type ChosenWallet, chooseWallets } from './choose_wallets.ts';
import { marketFacts } from './market_facts.ts';
import { openReasons } from './reason_sources.ts';
import { replayWallets } from './replay_wallets.ts';
import { findMarkets } from './wallet_markets.ts';

const N_CASES = 50;
const N_CASES_MAX = 500;
/** The fingerprint stands at the beginning of the page. */
const HEAD_BYTES = 4096;

/** The option of a script that makes case files. */
export const CASES_OPTION = inGroup('What is reported', {
  cases: option.number(
    N_CASES,
    'wallets that get a case file in reports/wallets.html, flagged ones first; 0 for none',
    integerMin(0, N_CASES_MAX),
  ),
});

type CasesRun = Pick<Run, 'dataDir' | 'log' | 'code' | 'force'>;

/** The tables that case files are made of, or why there can be none. */
function openSources(dataDir: string): Table[] | string {
  const profiles = openTableIfThere(dataDir, WALLET_PROFILES);
  if (profiles === null || profiles.manifest.rows === 0) return 'there are no wallet profiles';
  const detectors = [ANOMALIES, WALLET_SCORES, WALLET_RED_FLAGS].flatMap(
    (schema) => openTableIfThere(dataDir, schema) ?? [],
  );
  if (detectors.length === 0) return 'no wallet has been scored yet (04 and 13 do that)';
  return [profiles, openTable(dataDir, RAW_TRADES), openTable(dataDir, MARKETS), ...detectors];
}

/** The fingerprint of the page that is there, or null. */
export function fingerprintOf(path: string): string | null {
  if (!existsSync(path)) return null;
  const head = Buffer.alloc(HEAD_BYTES);
  const fd = openSync(path, 'r');
  try {
    readSync(fd, head);
  } finally {
    closeSync(fd);
  }
  return new RegExp(`<meta name="${FINGERPRINT_META}" content="([0-9a-f]+)">`).exec(head.toString())?.[1] ?? null;
}

/** The page of flagged and high-ranking wallets as text. @param fingerprint what decides it, kept in the page */
export async function makeCasesPage(dataDir: string, nCases: number, fingerprint: string): Promise<string> {
  const profiles = readTable(openTable(dataDir, WALLET_PROFILES));
  const chosen = chooseWallets(openReasons(dataDir, profiles, new Population(profiles)), nCases);
  return chosenCasesPage(dataDir, profiles, chosen, { fingerprint });
}

/**
 * A page about chosen wallets as text.
 * @param profiles rows of 11_wallet_profiles in the data folder
 */
export async function chosenCasesPage(
  dataDir: string,
  profiles: DataFrame,
  chosen: readonly ChosenWallet[],
  words: Pick<CasesPage, 'fingerprint' | 'selection'>,
): Promise<string> {
  const names = toTexts(profiles, 'wallet');
  const wallets = chosen.map(({ row }) => names[row]!);
  const [asOfMs] = toNumbers(profiles, 'as_of_ms');
  const trades = openTable(dataDir, RAW_TRADES);
  const traded = await findMarkets(trades, wallets, asOfMs);
  const ids = [...new Set(traded.flatMap(({ volumes }) => [...volumes.keys()]))].sort();
  const facts = marketFacts(readTable(openTable(dataDir, MARKETS)), ids, asOfMs);
  const histories = await replayWallets(trades, wallets, traded, [...facts.values()], asOfMs);
  const cases = chosen.map(({ findings }, i) => ({ wallet: wallets[i], findings, history: histories[i] }));
  return casesPage({
    cases,
    facts,
    asOfMs,
    nWallets: profiles.height,
    isSimulated: isSimulated(dataDir),
    ...words,
  });
}

/**
 * Makes the page of case files anew when its tables, its number of wallets or its code have changed; where there can be
 * none, an old one is removed.
 * @param nCases wallets, 0 for no page
 */
export async function renewCaseFiles(run: CasesRun, nCases: number): Promise<void> {
  const path = casesPath(run.dataDir);
  const sources = nCases === 0 ? 'none were asked for' : openSources(run.dataDir);
  if (typeof sources === 'string') {
    rmSync(path, { force: true });
    run.log.note(`No case files: ${sources}.`);
    return;
  }
  const inputs = manifestInputs(sources).map(({ path: folder, sha256 }) => [folder, sha256]);
  const fingerprint = hashValue([inputs, nCases, run.code.hash, run.code.presentHash]);
  if (!run.force && fingerprintOf(path) === fingerprint) {
    run.log.note(`Case files up to date: ${path}`);
    return;
  }
  const html = await makeCasesPage(run.dataDir, nCases, fingerprint);
  writeFileAtomic(path, html);
  const nMade = Math.min(nCases, sources[0].manifest.rows);
  run.log.result(
    `Case files: ${path} (${formatCount(nMade)} wallets, ${formatBytes(Buffer.byteLength(html))}, opens offline)`,
  );
}
