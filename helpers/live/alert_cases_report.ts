/** Case files of the wallets that alerts are about: why, their bets and their profit, in one offline page. */
import { join } from 'node:path';
import type { AlertRecord } from '../alerts/record.ts';
import { chosenCasesPage, fingerprintOf } from '../cases/case_files_report.ts';
import type { ChosenWallet } from '../cases/choose_wallets.ts';
import type { DataFrame } from '../polars/polars.ts';
import { hashValue, writeFileAtomic } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import { toTexts } from '../tables/matrix.ts';
import type { LiveTables } from './refresh.ts';

/** Alerts with a case file. */
const N_CASES = 50;

/** What the rules said of one wallet, the strongest first. */
function findingsOf(records: readonly AlertRecord[], nAlerts: number): ChosenWallet['findings'] {
  return records.map(({ rule, reasons, score, p }, i) => ({
    detector: `Rule ${rule.replaceAll('_', ' ')}`,
    isFlagged: true,
    isBorderline: false,
    rank: i + 1,
    nRanked: nAlerts,
    score: score ?? Number.NaN,
    pValue: p ?? Number.NaN,
    figures: reasons.map((words) => ({
      column: rule,
      value: Number.NaN,
      quantile: null,
      words: words.replace(/\.$/, ''),
    })),
    figuresAre: 'What the alert says',
  }));
}

/**
 * Renews the page of the alerts of a window, `reports/alerts.html`; nothing is done where it is about the same alerts already.
 * @param profiles of the live tables
 * @returns where it is, or null when there is no alert
 */
export async function renewAlertCases(
  run: Run,
  { dataDir }: LiveTables,
  profiles: DataFrame,
  records: readonly AlertRecord[],
): Promise<string | null> {
  const alerts = records.filter(({ verdict, wallet }) => verdict === 'alert' && wallet !== null).slice(0, N_CASES);
  if (alerts.length === 0) return null;
  const path = join(run.dataDir, 'reports', 'alerts.html');
  const fingerprint = hashValue([alerts.map(({ id, reasons }) => [id, reasons]), run.code.hash]);
  if (fingerprintOf(path) === fingerprint) return path;
  const rows = new Map((toTexts(profiles, 'wallet') as string[]).map((wallet, row) => [wallet, row]));
  const wallets = [...new Set(alerts.map(({ wallet }) => wallet as string))].filter((wallet) => rows.has(wallet));
  const chosen = wallets.map((wallet) => ({
    row: rows.get(wallet) as number,
    findings: findingsOf(
      alerts.filter((record) => record.wallet === wallet),
      alerts.length,
    ),
  }));
  const selection = 'those that the alerts of the last day are about, the strongest first';
  writeFileAtomic(path, await chosenCasesPage(dataDir, profiles, chosen, { fingerprint, selection }));
  return path;
}
