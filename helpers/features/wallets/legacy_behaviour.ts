/** What a wallet does and what it pays: the profile columns that come from its fills one by one. */
import { type ColumnTable, op, escape as rowwise } from 'arquero';

interface Fill {
  readonly domain: string | null;
  readonly role: string | null;
  readonly is_buy: number;
  readonly price: number;
  readonly amount_usd: number;
  readonly earlier_volume_usd: number;
}

const CONTRARIAN_BELOW = 0.4;

/** One row per wallet from annotated fills. Counts and sums only; a share whose base is empty is left to the caller. */
export function behaviourOf(fills: ColumnTable): ColumnTable {
  const byWallet = fills
    .derive({
      is_sports: rowwise((f: Fill) => (f.domain === 'sports' ? 1 : 0)),
      is_politics: rowwise((f: Fill) => (f.domain === 'politics' ? 1 : 0)),
      is_crypto: rowwise((f: Fill) => (f.domain === 'crypto' ? 1 : 0)),
      is_maker: rowwise((f: Fill) => (f.role === 'maker' ? 1 : 0)),
      is_contrarian: rowwise((f: Fill) => (f.is_buy === 1 && f.price < CONTRARIAN_BELOW ? 1 : 0)),
      buy_usd: rowwise((f: Fill) => (f.is_buy === 1 ? f.amount_usd : 0)),
      bet_vs_volume_pct: rowwise((f: Fill) =>
        f.is_buy === 1 && f.earlier_volume_usd > 0 ? (f.amount_usd / f.earlier_volume_usd) * 100 : null,
      ),
    })
    .groupby('wallet')
    .rollup({
      first_fill_ms: op.min('ts_ms'),
      last_fill_ms: op.max('ts_ms'),
      n_fills: op.count(),
      n_buys: op.sum('is_buy'),
      n_in_domains: op.valid('domain'),
      n_sports: op.sum('is_sports'),
      n_politics: op.sum('is_politics'),
      n_crypto: op.sum('is_crypto'),
      n_with_role: op.valid('role'),
      n_maker: op.sum('is_maker'),
      n_contrarian: op.sum('is_contrarian'),
      n_bursts: op.sum('is_burst'),
      diversification_markets_count: op.distinct('market_id'),
      active_days: op.distinct('day'),
      total_usd: op.sum('amount_usd'),
      total_invested: op.sum('buy_usd'),
      max_bet_usd: op.max('amount_usd'),
      amount_deviation_usd: op.stdevp('amount_usd'),
      avg_time_to_impact_hours: op.mean('hours_since_creation'),
      max_bet_vs_market_volume_pct: op.max('bet_vs_volume_pct'),
    });
  return byWallet
    .join_left(favouriteMarkets(fills), 'wallet')
    .join_left(largestBets(fills), 'wallet')
    .join_left(hourEntropies(fills), 'wallet');
}

/** When each wallet made its largest bet, the first of several. */
function largestBets(fills: ColumnTable): ColumnTable {
  return fills
    .groupby('wallet')
    .filter('d => d.amount_usd === op.max(d.amount_usd)')
    .rollup({ max_bet_ms: op.min('ts_ms') });
}

/** USD that each wallet traded in the market where it traded most. */
function favouriteMarkets(fills: ColumnTable): ColumnTable {
  return fills
    .groupby('wallet', 'market_id')
    .rollup({ market_usd: op.sum('amount_usd') })
    .groupby('wallet')
    .rollup({ top_market_usd: op.max('market_usd') });
}

/** Shannon entropy, in bits, of the UTC hours of each wallet's fills (Shannon 1948). */
function hourEntropies(fills: ColumnTable): ColumnTable {
  return fills
    .groupby('wallet', 'hour')
    .rollup({ n: op.count() })
    .groupby('wallet')
    .derive({ share: 'd => d.n / op.sum(d.n)' })
    .rollup({ hour_entropy: 'd => op.sum(d.share * op.log2(1 / d.share))' });
}
