import { afterAll, expect, it } from 'vitest';
import { type Summary, scriptOf, summarize } from '../../overview/summary.ts';
import { summaryBlock } from '../../overview/summary_report.ts';
import { ANOMALIES, STRATEGIES, WALLET_RED_FLAGS } from '../../tables/schemas.ts';
import { writeCaseData, writeRows } from '../cases/case_data.ts';
import { newFolder, removeFolders, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

/** The sentences by label. */
function sentences(summary: Summary): Record<string, string> {
  const block = summaryBlock(summary);
  if (block.kind !== 'summary') throw new Error(`a block of kind ${block.kind}`);
  return Object.fromEntries(block.lines.map(({ label, text }) => [label, text]));
}

function strategyRow(strategy: string, variant: string, [low, mean, high]: readonly number[], nMarkets = 20) {
  const zeros = Object.fromEntries(STRATEGIES.columns.map(({ name }) => [name, 0]));
  const own = { return_low: low, return_mean: mean, return_high: high, total_return: mean };
  return { ...zeros, ...own, strategy, variant, n_filled: 1234, n_markets: nMarkets };
}

it('says five sentences of an empty folder: what has not run', () => {
  expect(sentences(summarize(newFolder()))).toEqual({
    Data: 'No trades have been imported yet.',
    Flagged: 'No wallet has been looked at yet: 1_data_pipeline/01 has not run.',
    Pays: 'Not tested yet: 6_profitability/13 has not run.',
    'Does not': 'Not tested yet: 6_profitability/13 has not run.',
    Limit: 'Nothing can be said before trades are imported.',
  });
});

it('counts fills and markets before wallets are known', () => {
  const { Data } = sentences(summarize(writeTables([{}, { market: 'k' }])));
  expect(Data).toBe(
    '2 fills in 2 markets, 2026-01-05 to 2026-01-05; no row was rejected; wallets are not counted, as 1_data_pipeline/01 has not run.',
  );
});

it('counts flags by detector at the rate asked for, a wallet once, and names the step that is missing', async () => {
  const dataDir = await writeCaseData();
  expect(sentences(summarize(dataDir))).toMatchObject({
    Data: expect.stringMatching(
      /^\d+ fills by 12 wallets in 5 markets, 2026-01-05 to 2026-01-14; no row was rejected\.$/,
    ),
    Flagged:
      '1 of 12 wallets is flagged: within a budget of 1, 1 by red flags; at a false discovery rate of 10 %, none by isolation forest (4_unsupervised_model/13 has not run).',
    Limit:
      'A wallet is an account and not a person, and a flag is a reason to look, never a proof of inside knowledge.',
  });
  writeRows(dataDir, ANOMALIES, [], { fdr: 0.05 });
  expect(sentences(summarize(dataDir)).Flagged).toContain('within a budget of 1, 1 by red flags');
  expect(sentences(summarize(dataDir)).Flagged).toContain('at a false discovery rate of 5 %, none by isolation forest');
  writeRows(dataDir, WALLET_RED_FLAGS, []);
  expect(sentences(summarize(dataDir)).Flagged).toMatch(
    /^0 of 12 wallets are flagged: at an unstated rate, none by red flags/,
  );
});

it('calls a strategy paying only beyond doubt, in enough markets and beyond its random control', () => {
  const dataDir = newFolder();
  const pays = (...rows: ReturnType<typeof strategyRow>[]): string => {
    writeRows(dataDir, STRATEGIES, rows);
    return sentences(summarize(dataDir)).Pays;
  };
  const good = [0.02, 0.05, 0.08];
  expect(pays(strategyRow('sniper', 'main', good), strategyRow('sniper', 'random', [0, 0.01, 0.02]))).toBe(
    '“Sniper” returned 5 % per trade after costs (95 % interval: 2 % to 8 %) in 1,234 trades and 20 markets.',
  );
  for (const doubtful of [
    [strategyRow('sniper', 'main', good, 9)],
    [strategyRow('sniper', 'main', [-0.01, 0.05, 0.08])],
    [strategyRow('sniper', 'main', good), strategyRow('sniper', 'random', [0, 0.03, 0.06])],
  ])
    expect(pays(...doubtful)).toMatch(/^Nothing was shown to pay; at best, “Sniper” returned 5 % per trade/);
  expect(pays(strategyRow('sniper', 'main', [Number.NaN, Number.NaN, Number.NaN]))).toBe(
    'Nothing was shown to pay: no strategy made a trade.',
  );
});

it('says what lost with its interval, what cannot be told from chance, and what traded in too few markets', () => {
  const dataDir = newFolder();
  writeRows(dataDir, STRATEGIES, [
    strategyRow('chosen', 'main', [-0.3, -0.2, -0.04]),
    strategyRow('sniper', 'main', [-0.1, -0.03, 0.06]),
    strategyRow('god_mode', 'main', [-0.35, -0.18, -0.006], 9),
    strategyRow('everything', 'main', [-0.126, -0.105, -0.078]),
  ]);
  expect(sentences(summarize(dataDir))['Does not']).toBe(
    'Following every fill returned −11 % per trade after costs (95 % interval: −13 % to −7.8 %); “Chosen on validation” lost: −20 % per trade after costs (95 % interval: −30 % to −4 %); “Sniper” cannot be told from chance; “God Mode” traded in too few markets to tell.',
  );
});

it('names the most important limit of each kind of data', () => {
  const summary: Summary = {
    isSimulated: false,
    data: { nFills: 1, nRejected: 1, nMarkets: 1, fromMs: 0, toMs: 0 },
    wallets: { nWallets: 0, nResolved: 0, nFlagged: 0, detectors: [], notRun: [] },
    strategies: [],
  };
  expect(sentences(summary)).toMatchObject({
    Data: '1 fill by 0 wallets in 1 market, 1970-01-01 to 1970-01-01; 1 row was rejected.',
    Flagged: 'The fills name no wallet, so none can be flagged.',
    'Does not': 'Nothing was traded, so nothing was seen to lose.',
    Limit: 'The source names no wallets, so nothing can be said of who trades.',
  });
  expect(sentences({ ...summary, isSimulated: true }).Limit).toMatch(/^These data are simulated/);
  expect(sentences({ ...summary, wallets: { ...summary.wallets!, nWallets: 5 } }).Limit).toMatch(
    /^No market is known to have resolved/,
  );
});

it('finds the script of a table', () => {
  expect([ANOMALIES, WALLET_RED_FLAGS, STRATEGIES].map(scriptOf)).toEqual([
    '2_unsupervised_discovery/04',
    '4_unsupervised_model/13',
    '6_profitability/13',
  ]);
});
