/** What the active models say of the wallets whose past is known: the anomaly model of 13, and the evidence of red flags. */
import { basename } from 'node:path';
import type { Score } from '../alerts/rules/facts.ts';
import { loadWalletModel, scoreWallets, WALLET_ANOMALY, type WalletAnomalyModel } from '../anomaly/wallet_model.ts';
import { benjaminiHochberg } from '../evaluate/multiple_testing.ts';
import type { Executor } from '../kernels/executor.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { COEFFICIENTS } from '../red_flags/coefficients.ts';
import { type CollectedEvidence, collectEvidence } from '../red_flags/collect_evidence.ts';
import { rankWallets } from '../red_flags/rank_wallets.ts';
import { RED_FLAG_OPTIONS, redFlagWords } from '../red_flags/red_flags.ts';
import { currentRun } from '../registry/active_model.ts';
import { hashValue } from '../run/files.ts';
import type { Run } from '../run/script.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { readTable } from '../tables/table_store.ts';
import { youngMarkets } from './match_volumes.ts';
import type { LiveTables } from './refresh.ts';
import type { TakerFills } from './taker_fills.ts';

/** Scores of wallets by a rule's name for them. */
export interface ModelScores {
  readonly rule: 'anomaly' | 'redFlags';
  readonly scores: ReadonlyMap<string, Score>;
}

export interface LiveModels {
  readonly anomaly: WalletAnomalyModel;
  readonly anomalyRun: string;
}

/**
 * The models in force.
 * @throws InputError 'missing-input' or 'bad-model' that names the step to run
 */
export async function loadLiveModels(modelsDir: string, executor: Executor): Promise<LiveModels> {
  const anomaly = await loadWalletModel(modelsDir, executor);
  return { anomaly, anomalyRun: `${WALLET_ANOMALY}/${basename(currentRun(modelsDir, WALLET_ANOMALY) ?? '')}` };
}

/**
 * Only wallets whose past is known can be compared with those that the model has learnt from. They were chosen for their large bets:
 * a false discovery rate is kept over all wallets that might have been chosen, those without a score at p = 1.
 */
function anomalyScores(
  { anomaly, anomalyRun }: LiveModels,
  profiles: DataFrame,
  nWalletsInAll: number,
): Map<string, Score> {
  const { scores, pValues, flags: own, reasons } = scoreWallets(anomaly, profiles);
  const { flagRule } = anomaly;
  const padded = new Float64Array(Math.max(nWalletsInAll, pValues.length)).fill(1);
  padded.set(pValues);
  const flags = flagRule.kind === 'fdr' ? benjaminiHochberg(padded, flagRule.rate).rejected : own;
  const bar = scores.reduce(
    (low, score, row) => (flags[row] === 1 ? Math.min(low, score) : low),
    Number.POSITIVE_INFINITY,
  );
  const wallets = toTexts(profiles, 'wallet') as string[];
  return new Map(
    wallets.map((wallet, row) => [
      wallet,
      {
        score: scores[row],
        bar,
        p: pValues[row],
        modelRun: anomalyRun,
        about: null,
        reasons: reasons[row].length === 0 ? [] : [`What moved the score most: ${reasons[row].join(', ')}.`],
      },
    ]),
  );
}

/** Wallets that red flags may raise an alert about: as many as chapter 4 lists, and the limit of a sink lets through, a day. */
const N_LISTED = RED_FLAG_OPTIONS.budget.default;
/** Evidence of so many bits makes it twice as likely that a wallet is informed; less is not worth an alert. */
const BITS_MIN = 1;

/**
 * The evidence of the stake against its market's volume counts only where all of that volume is in the tables: in markets that were
 * created after their begin. Where no role is known both sides of a match are in it, and it is twice too large.
 */
function withKnownVolumes({ frame, hasBothRoles }: CollectedEvidence, tables: LiveTables): DataFrame {
  const young = youngMarkets(tables).withColumn(pl.lit(true).alias('is_young'));
  const pct = pl.col('stake_vs_volume_pct');
  const share = hasBothRoles ? pct : pct.mul(pl.lit(200)).div(pct.plus(pl.lit(100)));
  return frame
    .join(young, { on: 'market_id', how: 'left' })
    .withColumn(
      pl.when(pl.col('is_young').isNotNull()).then(share).otherwise(pl.lit(null)).alias('stake_vs_volume_pct'),
    );
}

/** The evidence of how much of the stake was taken from others, where the service was asked for it. */
function withTakerShares(
  frame: DataFrame,
  { markets }: LiveTables,
  takers: ReadonlyMap<string, TakerFills>,
): DataFrame {
  const tokens = new Map(
    (readTable(markets).select('market_id', 'token_0', 'token_1').toRecords() as Record<string, string | null>[]).map(
      (row) => [row.market_id, [row.token_0, row.token_1]],
    ),
  );
  const [wallets, marketIds] = [toTexts(frame, 'wallet'), toTexts(frame, 'market_id')] as [string[], string[]];
  const [outcomes, stakes] = [toNumbers(frame, 'outcome_index'), toNumbers(frame, 'stake_usd')];
  const known = toNumbers(frame, 'taker_pct');
  const shares = wallets.map((wallet, row) => {
    const bought = takers.get(wallet)?.boughtUsd ?? null;
    const token = tokens.get(marketIds[row])?.[outcomes[row]] ?? null;
    if (bought === null || token === null) return Number.isNaN(known[row]) ? null : known[row];
    return Math.min(100, (100 * (bought[token] ?? 0)) / stakes[row]);
  });
  return frame.withColumn(pl.Series('taker_pct', shares, pl.Float64));
}

/** Red flags of the largest stake of each wallet that was bought into within the window. */
async function redFlagScores(
  run: Run,
  tables: LiveTables,
  takers: ReadonlyMap<string, TakerFills>,
): Promise<Map<string, Score>> {
  const { trades, markets, window, historyWallets: isKnown } = tables;
  const job = {
    trades,
    markets: readTable(markets),
    asOfMs: window.untilMs,
    stakesFromMs: window.sinceMs,
    log: run.log,
  };
  const frame = withTakerShares(withKnownVolumes(await collectEvidence(job), tables), tables, takers);
  const ranked = rankWallets(COEFFICIENTS, frame, COEFFICIENTS.floorUsd);
  const wallets = toTexts(frame, 'wallet') as string[];
  const known = ranked.order.filter((row) => isKnown.has(wallets[row]));
  const last = known[Math.min(N_LISTED, known.length) - 1];
  const bar = Math.max(BITS_MIN, last === undefined ? BITS_MIN : ranked.bits[last]);
  const modelRun = `red_flags/${hashValue(COEFFICIENTS.terms).slice(0, 12)}`;
  const words = redFlagWords(ranked, frame);
  const [marketIds, outcomes] = [toTexts(frame, 'market_id') as string[], toNumbers(frame, 'outcome_index')];
  return new Map(
    known.map((row) => {
      const why = words(row);
      const reasons = why === '' ? [] : [`Red flags: ${why}.`];
      const about = { marketId: marketIds[row], outcomeIndex: outcomes[row] };
      return [wallets[row], { score: ranked.bits[row], bar, p: null, modelRun, reasons, about }];
    }),
  );
}

/** Every score that there is, of the wallets with a known past; a model that has nothing to say is left out. */
export async function scoreLiveWallets(
  run: Run,
  models: LiveModels,
  tables: LiveTables,
  profiles: DataFrame,
  takers: ReadonlyMap<string, TakerFills>,
): Promise<ModelScores[]> {
  const { historyWallets } = tables;
  const isKnown = (toTexts(profiles, 'wallet') as string[]).map((wallet) => historyWallets.has(wallet));
  const known = profiles.filter(pl.Series('is_known', isKnown, pl.Bool));
  return [
    { rule: 'anomaly', scores: anomalyScores(models, known, profiles.height) },
    { rule: 'redFlags', scores: await redFlagScores(run, tables, takers) },
  ];
}
