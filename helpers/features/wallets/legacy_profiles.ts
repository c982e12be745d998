/**
 * Wallet profiles in memory, written for reading: design/methods.md line by line with Arquero's verbs, in floating point.
 * It is the oracle of the streaming build and shares none of its code.
 */
import { type ColumnTable, op, escape as rowwise } from 'arquero';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';
import { emptyFrame } from '../../tables/schema.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import { behaviourOf } from './legacy_behaviour.ts';
import { annotatedFills } from './legacy_fills.ts';
import { outcomesOf, roundMicro } from './legacy_outcomes.ts';

/** Counts and sums of a wallet that the ratios are made of; the optional ones are absent where nothing has resolved. */
interface Sums {
  readonly first_fill_ms: number;
  readonly max_bet_ms: number;
  readonly tenure_days: number;
  readonly n_fills: number;
  readonly n_buys: number;
  readonly n_in_domains: number;
  readonly n_sports: number;
  readonly n_politics: number;
  readonly n_crypto: number;
  readonly n_with_role: number;
  readonly n_maker: number;
  readonly n_contrarian: number;
  readonly n_bursts: number;
  readonly total_usd: number;
  readonly top_market_usd: number;
  readonly total_invested: number;
  readonly amount_deviation_usd: number | undefined;
  readonly max_bet_vs_market_volume_pct: number | undefined;
  readonly pnl_usd: number;
  readonly total_net_pnl: number;
  readonly n_marked: number;
  readonly unique_markets: number | undefined;
  readonly wins: number | undefined;
  readonly oldest_mark_ms: number | undefined;
  readonly n_settled: number | undefined;
  readonly n_held: number | undefined;
  readonly n_won: number | undefined;
  readonly expected_wins: number | undefined;
  readonly variance_of_wins: number | undefined;
  readonly roi_pct: number | null;
}

/** part / whole, or null when there is no whole. */
function ratio(part: number | undefined, whole: number | undefined): number | null {
  return part === undefined || whole === undefined || whole === 0 ? null : part / whole;
}

function percent(part: number | undefined, whole: number | undefined): number | null {
  const share = ratio(part, whole);
  return share === null ? null : share * 100;
}

/** Won positions against what their prices promised, in standard deviations; null when the prices left no doubt. */
function edgeZ(s: Sums): number | null {
  if (s.n_won === undefined || s.expected_wins === undefined || s.variance_of_wins === undefined) return null;
  return s.variance_of_wins > 0 ? (s.n_won - s.expected_wins) / Math.sqrt(s.variance_of_wins) : null;
}

/**
 * Profiles of every wallet as of T, one row each, sorted by wallet, with the columns of WALLET_PROFILES.
 * @param trades canonical trades in table order; rows at or after T and rows without a wallet are left out
 * @param markets the table of markets
 * @param asOfMs T in ms since 1970 UTC, exclusive
 */
export function legacyProfiles(trades: DataFrame, markets: DataFrame, asOfMs: number): DataFrame {
  const fills = annotatedFills(trades, markets, asOfMs);
  const ofWallets = fills.filter(rowwise((f: { wallet: string | null }) => f.wallet !== null)).reify();
  if (ofWallets.numRows() === 0) return emptyFrame(WALLET_PROFILES);
  const tapeStartMs = fills.rollup({ first: op.min('ts_ms') }).get('first') as number;
  const rolesAreKnown = ofWallets.rollup({ n: op.valid('role') }).get('n') > 0;
  const profiles = behaviourOf(ofWallets)
    .join_left(outcomesOf(ofWallets), 'wallet')
    .derive({
      as_of_ms: rowwise(() => asOfMs),
      tenure_days: rowwise((s: Sums) => (asOfMs - s.first_fill_ms) / DAY_MS),
      // Within the first 5 % of the tape, or its first 3 days if that is longer.
      tenure_is_censored: rowwise(
        (s: Sums) => s.first_fill_ms - tapeStartMs < Math.max(3 * DAY_MS, 0.05 * (asOfMs - tapeStartMs)),
      ),
      age_at_max_bet_days: rowwise((s: Sums) => (s.max_bet_ms - s.first_fill_ms) / DAY_MS),
      total_invested: rowwise((s: Sums) => roundMicro(s.total_invested)),
      total_net_pnl: rowwise((s: Sums) => roundMicro(s.pnl_usd)),
      pnl_is_marked: rowwise((s: Sums) => s.n_marked > 0),
      mark_age_days: rowwise((s: Sums) =>
        s.oldest_mark_ms === undefined ? null : (asOfMs - s.oldest_mark_ms) / DAY_MS,
      ),
    })
    .derive({
      aggression_avg_usd: rowwise((s: Sums) => s.total_usd / s.n_fills),
      frequency_trades_daily: rowwise((s: Sums) => s.n_fills / Math.max(s.tenure_days, 1)),
      domain_focus_sports_pct: rowwise((s: Sums) => percent(s.n_sports, s.n_in_domains)),
      domain_focus_politics_pct: rowwise((s: Sums) => percent(s.n_politics, s.n_in_domains)),
      domain_focus_crypto_pct: rowwise((s: Sums) => percent(s.n_crypto, s.n_in_domains)),
      win_rate_pct: rowwise((s: Sums) => percent(s.wins, s.unique_markets)),
      roi_pct: rowwise((s: Sums) => percent(s.total_net_pnl, s.total_invested)),
      conviction_avg_buy_usd: rowwise((s: Sums) => ratio(s.total_invested, s.n_buys)),
      bet_size_cv: rowwise((s: Sums) => ratio(s.amount_deviation_usd, s.total_usd / s.n_fills)),
      // A wallet whose fills all moved less than 1e-6 USD has every market for its favourite.
      top_market_share_pct: rowwise((s: Sums) => percent(s.top_market_usd, s.total_usd) ?? 100),
      maker_share_pct: rowwise((s: Sums) => percent(s.n_maker, s.n_with_role)),
      contrarian_share_pct: rowwise((s: Sums) => percent(s.n_contrarian, s.n_buys)),
      burst_share_pct: rowwise((s: Sums) => percent(s.n_bursts, s.n_fills)),
      held_to_resolution_pct: rowwise((s: Sums) => percent(s.n_held, s.n_settled)),
      edge_z: rowwise(edgeZ),
      max_bet_vs_market_volume_pct: rowwise((s: Sums) => (rolesAreKnown ? s.max_bet_vs_market_volume_pct : null)),
    });
  return toFrame(withAlpha(profiles).orderby('wallet').reify());
}

/** ROI against the mean ROI of the wallets that have a resolved market. */
function withAlpha(profiles: ColumnTable): ColumnTable {
  const mean = profiles
    .derive({ judged_roi_pct: rowwise((s: Sums) => ((s.unique_markets ?? 0) > 0 ? s.roi_pct : null)) })
    .rollup({ mean: op.mean('judged_roi_pct') })
    .get('mean') as number | undefined;
  return profiles.derive({
    alpha_score: rowwise((s: Sums) => (s.roi_pct === null || mean === undefined ? null : s.roi_pct - mean)),
  });
}

/** The columns of WALLET_PROFILES as a frame; what Arquero leaves undefined is null. */
function toFrame(profiles: ColumnTable): DataFrame {
  return pl.DataFrame(
    WALLET_PROFILES.columns.map((column) => {
      const values = Array.from(profiles.array(column.name), (value) => value ?? null);
      const type = column.type === 'string' ? pl.Utf8 : column.type === 'bool' ? pl.Bool : pl.Float64;
      return pl.Series(column.name, values, type);
    }),
  );
}
