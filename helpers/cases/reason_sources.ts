/** All detectors whose tables are there, as reasons to open a case file. */
import { z } from 'zod';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { namedReasons, type Population, quantileOf } from '../features/wallets/population.ts';
import { numberWhere } from '../polars/expressions.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import type { Manifest } from '../run/manifest.ts';
import { toTexts } from '../tables/matrix.ts';
import type { TableSchema } from '../tables/schema.ts';
import { ANOMALIES, WALLET_RED_FLAGS, WALLET_SCORES, WALLET_SKILL, WASH_RINGS } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';
import { rankedReasons } from './ranked_reasons.ts';
import type { Explanation, Figure, FlagRule, WalletReasons } from './wallet_reasons.ts';

const N_UNUSUAL = 3;
const REASON_SEPARATOR = '; ';

const budgetSchema = z.object({ budget: z.number() });
const settingsSchema = z.union([
  z.object({ flagRule: z.object({ kind: z.literal('fdr'), rate: z.number() }) }).transform(({ flagRule }) => flagRule),
  z
    .object({ flagRule: z.object({ kind: z.literal('percentile'), percent: z.number() }) })
    .transform(({ flagRule }) => flagRule),
  z.object({ fdr: z.number() }).transform(({ fdr }) => ({ kind: 'fdr' as const, rate: fdr })),
]);

function ruleOf({ options }: Manifest): FlagRule | null {
  return settingsSchema.safeParse(options).data ?? null;
}

interface AlignedTable {
  /** One row per wallet, in the order of the profiles; nulls where the table has none. */
  readonly frame: DataFrame;
  readonly rule: FlagRule | null;
  readonly manifest: Manifest;
}

/** A table whose rows are wallets, in the order of the profiles; null when it has not been made. */
function alignedTable(dataDir: string, schema: TableSchema, profiles: DataFrame): AlignedTable | null {
  const table = openTableIfThere(dataDir, schema);
  if (table === null) return null;
  const frame = profiles.select('wallet').join(readTable(table), { on: 'wallet', how: 'left' });
  return { frame, rule: ruleOf(table.manifest), manifest: table.manifest };
}

/** The columns that a table names as reasons; for a wallet without any, its most unusual ones. */
function namedFigures(frame: DataFrame, population: Population) {
  const names = namedReasons(frame);
  const figure = (column: string, row: number): Figure => {
    const values = population.values(column);
    return { column, value: values[row], quantile: quantileOf(values, values[row]) };
  };
  const rarity = ({ quantile }: Figure): number => Math.max(quantile?.below ?? 0, quantile?.above ?? 0);
  return (row: number): Explanation => {
    const named = names[row].map((column) => figure(column, row));
    if (named.length > 0) return { figures: named, figuresAre: 'What moved its score most' };
    const unusual = ANOMALY_FEATURES.map((column) => figure(column, row)).sort((a, b) => rarity(b) - rarity(a));
    return { figures: unusual.slice(0, N_UNUSUAL), figuresAre: 'Its most unusual figures' };
  };
}

/** Red flags: the first wallets up to the budget are flagged, and a wallet below the floor has no finding. */
function redFlagReasons({ frame, manifest }: AlignedTable): WalletReasons {
  const reasons = toTexts(frame, 'reasons');
  const ranked = numberWhere(pl.col('rank').isNotNull(), pl.col('insider_evidence'));
  const budget = budgetSchema.safeParse(manifest.options).data?.budget;
  return rankedReasons({
    detector: 'Red flags',
    rule: budget === undefined ? null : { kind: 'budget', nFirst: budget },
    frame: frame.withColumns(ranked.alias('insider_evidence')),
    columns: { score: 'insider_evidence', pValue: null, isFlagged: 'is_listed' },
    explain: (row) => ({
      figures: (reasons[row] ?? '')
        .split(REASON_SEPARATOR)
        .filter((words) => words !== '')
        .map((words) => ({ column: 'insider_evidence', value: Number.NaN, quantile: null, words })),
      figuresAre: 'What speaks most for it',
    }),
  });
}

/** A table that gives its reason in words. */
function statedReasons({ frame, rule }: AlignedTable, detector: string, score: string): WalletReasons {
  const reasons = toTexts(frame, 'reason');
  return rankedReasons({
    detector,
    rule,
    frame,
    columns: { score, pValue: 'p_value', isFlagged: 'is_flagged' },
    explain: (row) => ({
      figures: reasons[row] === null ? [] : [{ column: score, value: Number.NaN, quantile: null, words: reasons[row] }],
      figuresAre: 'What was found',
    }),
  });
}

/**
 * The detectors of a data folder.
 * @param profiles rows of 11_wallet_profiles; rows of reasons are rows of these
 */
export function openReasons(dataDir: string, profiles: DataFrame, population: Population): WalletReasons[] {
  const sources: WalletReasons[] = [];
  const redFlags = alignedTable(dataDir, WALLET_RED_FLAGS, profiles);
  if (redFlags !== null) sources.push(redFlagReasons(redFlags));
  const scores = alignedTable(dataDir, WALLET_SCORES, profiles);
  if (scores !== null)
    sources.push(
      rankedReasons({
        ...scores,
        detector: 'Anomaly model',
        columns: { score: 'score', pValue: 'p_value', isFlagged: 'is_flagged' },
        explain: namedFigures(scores.frame, population),
      }),
    );
  const anomalies = alignedTable(dataDir, ANOMALIES, profiles);
  if (anomalies !== null)
    sources.push(
      rankedReasons({
        ...anomalies,
        detector: 'Isolation forest',
        columns: { score: 'anomaly_score', pValue: 'p_value', isFlagged: 'is_conformal' },
        explain: namedFigures(anomalies.frame, population),
      }),
    );
  const skill = alignedTable(dataDir, WALLET_SKILL, profiles);
  if (skill !== null) {
    const frame = skill.frame.withColumns(pl.lit(1).minus(pl.col('p_value')).alias('score'));
    sources.push(statedReasons({ ...skill, frame }, 'Skill test', 'score'));
  }
  const rings = alignedTable(dataDir, WASH_RINGS, profiles);
  if (rings !== null) sources.push(statedReasons(rings, 'Wash rings', 'ring_score'));
  return sources;
}
