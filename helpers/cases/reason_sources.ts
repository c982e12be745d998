/** All detectors whose tables are there, as reasons to open a case file. */
import { z } from 'zod';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { namedReasons, type Population, quantileOf } from '../features/wallets/population.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import type { Manifest } from '../run/manifest.ts';
import type { TableSchema } from '../tables/schema.ts';
import { ANOMALIES, WALLET_SCORES, WALLET_SIGNS, WALLET_SKILL } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';
import { rankedReasons } from './ranked_reasons.ts';
import { signFigures } from './sign_figures.ts';
import type { Explanation, Figure, FlagRule, WalletReasons } from './wallet_reasons.ts';

const N_UNUSUAL = 3;
const SKILL_FIGURES = ['edge_z', 'win_rate_pct', 'total_net_pnl'];
const SIGN_KINDS = [
  ['insider', 'Insider signs'],
  ['whale', 'Whale signs'],
  ['wash', 'Wash-trading signs'],
  ['copy', 'Copy-trading signs'],
] as const;

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

/** A table whose rows are wallets, in the order of the profiles; null when it has not been made. */
function alignedTable(dataDir: string, schema: TableSchema, profiles: DataFrame) {
  const table = openTableIfThere(dataDir, schema);
  if (table === null) return null;
  const frame = profiles.select('wallet').join(readTable(table), { on: 'wallet', how: 'left' });
  return { frame, rule: ruleOf(table.manifest) };
}

/** Where a wallet lies in one column of the profiles. */
function figureOf(population: Population, column: string, row: number): Figure {
  const values = population.values(column);
  return { column, value: values[row], quantile: quantileOf(values, values[row]) };
}

/** The columns that a table names as reasons; for a wallet without any, its most unusual ones. */
function namedFigures(frame: DataFrame, population: Population) {
  const names = namedReasons(frame);
  const figure = (column: string, row: number): Figure => figureOf(population, column, row);
  const rarity = ({ quantile }: Figure): number => Math.max(quantile?.below ?? 0, quantile?.above ?? 0);
  return (row: number): Explanation => {
    const named = names[row].map((column) => figure(column, row));
    if (named.length > 0) return { figures: named, figuresAre: 'What moved its score most' };
    const unusual = ANOMALY_FEATURES.map((column) => figure(column, row)).sort((a, b) => rarity(b) - rarity(a));
    return { figures: unusual.slice(0, N_UNUSUAL), figuresAre: 'Its most unusual figures' };
  };
}

/**
 * The detectors of a data folder.
 * @param profiles rows of 11_wallet_profiles; rows of reasons are rows of these
 */
export function openReasons(dataDir: string, profiles: DataFrame, population: Population): WalletReasons[] {
  const sources: WalletReasons[] = [];
  const signs = alignedTable(dataDir, WALLET_SIGNS, profiles);
  if (signs !== null)
    for (const [kind, detector] of SIGN_KINDS) {
      let figures: ((row: number) => readonly Figure[]) | null = null;
      sources.push(
        rankedReasons({
          ...signs,
          detector,
          columns: {
            score: `${kind}_score`,
            pValue: `${kind}_p_value`,
            isFlagged: `is_${kind}_flagged`,
            isBorderline: `is_${kind}_borderline`,
          },
          explain: (row) => {
            figures ??= signFigures(population, `${kind}_signs`);
            return { figures: figures(row), figuresAre: 'Its signs, the strongest first' };
          },
        }),
      );
    }
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
  if (skill !== null)
    sources.push(
      rankedReasons({
        detector: 'Skill test',
        rule: skill.rule,
        frame: skill.frame.withColumns(pl.lit(1).minus(pl.col('p_value')).alias('score')),
        columns: { score: 'score', pValue: 'p_value', isFlagged: 'is_flagged' },
        explain: (row) => ({
          figures: SKILL_FIGURES.map((column) => figureOf(population, column, row)),
          figuresAre: 'How right it was',
        }),
      }),
    );
  return sources;
}
