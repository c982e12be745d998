-- Raw fills to canonical trades in Parquet to wallet profiles in Parquet; etl_duckdb.ts puts paths for ${names}.

CREATE TABLE markets AS
WITH tagged AS (
  SELECT id, list(DISTINCT d.domain) AS found
  FROM (SELECT id, unnest(tags).slug AS slug FROM read_json('${gamma}', format = 'newline_delimited'))
  LEFT JOIN read_csv('${domains}', header = true) d USING (slug)
  GROUP BY id
)
SELECT
  (row_number() OVER ())::INTEGER AS market,
  lower(conditionId) AS market_id,
  events[1].slug AS event_id,
  (clobTokenIds::JSON ->> 0) AS token_0,
  (clobTokenIds::JSON ->> 1) AS token_1,
  epoch_ms(createdAt::TIMESTAMP) AS created_ms,
  epoch_ms(closedTime::TIMESTAMP) AS resolved_ms,
  CASE WHEN NOT closed THEN NULL WHEN outcomePrices::VARCHAR = '["1","0"]' THEN 0
       WHEN outcomePrices::VARCHAR = '["0","1"]' THEN 1 END AS winner_index,
  CASE WHEN NOT closed THEN NULL WHEN outcomePrices::VARCHAR = '["1","0"]' THEN 1.0
       WHEN outcomePrices::VARCHAR = '["0","1"]' THEN 0.0
       WHEN outcomePrices::VARCHAR = '["0.5","0.5"]' THEN 0.5 END AS payout_0,
  CASE WHEN list_contains(found, 'crypto') THEN 'crypto' WHEN list_contains(found, 'sports') THEN 'sports'
       WHEN list_contains(found, 'politics') THEN 'politics' ELSE 'other' END AS domain
FROM read_json('${gamma}', format = 'newline_delimited',
  columns = {id: 'VARCHAR', conditionId: 'VARCHAR', clobTokenIds: 'VARCHAR', createdAt: 'VARCHAR', closedTime: 'VARCHAR',
    closed: 'BOOLEAN', outcomePrices: 'VARCHAR', events: 'STRUCT(slug VARCHAR)[]'})
LEFT JOIN tagged USING (id);

CREATE TABLE trades AS
WITH raw AS (
  SELECT row_number() OVER () AS rn, *, makerAssetId = '0' AS is_buy
  FROM read_csv('${fills}', header = true, auto_detect = false, columns = {timestamp: 'BIGINT', maker: 'VARCHAR',
    makerAssetId: 'VARCHAR', makerAmountFilled: 'BIGINT', taker: 'VARCHAR', takerAssetId: 'VARCHAR',
    takerAmountFilled: 'BIGINT', transactionHash: 'VARCHAR'})
), places AS (
  SELECT token_0 AS token, market, 0::UTINYINT AS outcome_index FROM markets
  UNION ALL SELECT token_1, market, 1::UTINYINT FROM markets
)
SELECT
  rn, timestamp * 1000 AS ts_ms, market, outcome_index, lower(maker) AS wallet,
  CASE WHEN lower(taker) IN (${exchangeList}) THEN 'taker' ELSE 'maker' END AS role,
  CASE WHEN is_buy THEN 'BUY' ELSE 'SELL' END AS side,
  CASE WHEN is_buy THEN makerAmountFilled ELSE takerAmountFilled END AS usd_u,
  CASE WHEN is_buy THEN takerAmountFilled ELSE makerAmountFilled END AS shares_u,
  transactionHash AS tx,
  hash(transactionHash, lower(maker), places.token, is_buy, timestamp, makerAmountFilled, takerAmountFilled) AS fill_hash
FROM raw JOIN places ON places.token = CASE WHEN is_buy THEN takerAssetId ELSE makerAssetId END;

CREATE TABLE repeats AS
SELECT rn, row_number() OVER (PARTITION BY fill_hash ORDER BY rn) - 1 AS earlier
FROM trades SEMI JOIN (SELECT fill_hash FROM trades GROUP BY fill_hash HAVING count(*) > 1) USING (fill_hash);

COPY (
  SELECT ts_ms, 'polymarket' AS venue, market_id, event_id, outcome_index, wallet, role, side,
    usd_u / shares_u AS price, shares_u / 1e6 AS shares, usd_u / 1e6 AS amount_usd, NULL::DOUBLE AS fee_usd, tx,
    fill_hash, coalesce(earlier, 0)::INTEGER AS occurrence, strftime(make_timestamp(ts_ms * 1000), '%Y-%m') AS month
  FROM trades JOIN markets USING (market) LEFT JOIN repeats USING (rn)
  ORDER BY ts_ms, rn
) TO '${out}/trades' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month), OVERWRITE_OR_IGNORE);

CREATE TABLE wallets AS
SELECT (row_number() OVER ())::INTEGER AS wallet_code, wallet FROM (SELECT DISTINCT wallet FROM trades);

CREATE TABLE fills AS
SELECT rn, ts_ms, wallet_code, market, outcome_index, role = 'maker' AS is_maker, side = 'BUY' AS is_buy,
  usd_u / shares_u AS price, usd_u::DOUBLE AS usd, shares_u::DOUBLE AS shares
FROM trades JOIN wallets USING (wallet);

DROP TABLE trades;

CREATE TABLE bet_shares AS
WITH timestamps AS (
  SELECT market, ts_ms, sum(CASE WHEN is_maker THEN 0 ELSE usd END) AS taken FROM fills GROUP BY market, ts_ms
), before AS (
  SELECT market, ts_ms, sum(taken) OVER (PARTITION BY market ORDER BY ts_ms) - taken AS volume FROM timestamps
)
SELECT wallet_code, max(usd / volume) * 100 AS max_bet_share
FROM fills JOIN before USING (market, ts_ms)
WHERE is_buy AND volume > 0
GROUP BY wallet_code;

CREATE TABLE positions AS
WITH horizon AS (SELECT (max(ts_ms) // 86400000 + 1) * 86400000 AS t FROM fills),
facts AS (
  SELECT market, domain, created_ms, CASE WHEN resolved_ms < t THEN winner_index END AS winner,
    CASE WHEN resolved_ms < t THEN payout_0 END AS payout_0 FROM markets, horizon
), last_moments AS (
  SELECT market, max(ts_ms) AS mark_ms FROM fills GROUP BY market
), marks AS (
  SELECT market, any_value(mark_ms) AS mark_ms,
    sum(shares * CASE outcome_index WHEN 0 THEN price ELSE 1 - price END) / sum(shares) AS mark_0
  FROM fills JOIN last_moments USING (market) WHERE ts_ms = mark_ms GROUP BY market
), sums AS (
  SELECT wallet_code, market, outcome_index, count(*) AS n, count(*) FILTER (is_buy) AS n_buys,
    count(*) FILTER (is_buy AND price < 0.4) AS n_contrarian, count(*) FILTER (is_maker) AS n_maker,
    sum(usd) AS usd, sum(CASE WHEN is_buy THEN usd ELSE 0 END) AS buy_usd, sum(usd * usd) AS usd_squared,
    sum(CASE WHEN is_buy THEN shares ELSE 0 END) AS buy_shares,
    sum(CASE WHEN is_buy THEN shares ELSE -shares END) AS net, max(usd) AS max_usd, sum(ts_ms) AS ts_sum
  FROM fills GROUP BY wallet_code, market, outcome_index
)
SELECT *, buy_usd / nullif(buy_shares, 0) AS paid, winner IS NOT NULL AND buy_shares > 0 AS is_bet,
  payout_0 IS NOT NULL AND buy_shares > 0 AS is_settled_buy, winner = outcome_index AS won,
  usd - 2 * buy_usd + net * CASE outcome_index WHEN 0 THEN coalesce(payout_0, mark_0) ELSE 1 - coalesce(payout_0, mark_0) END AS pnl
FROM sums JOIN marks USING (market) JOIN facts USING (market);

CREATE TABLE rhythms AS
WITH gaps AS (
  SELECT wallet_code, ts_ms, ts_ms - lag(ts_ms) OVER (PARTITION BY wallet_code ORDER BY ts_ms) AS gap FROM fills
), hours AS (
  SELECT wallet_code, (ts_ms // 3600000) % 24 AS hour, count(*) AS n FROM fills GROUP BY ALL
), entropies AS (
  SELECT wallet_code, log2(sum(n)) - sum(n * log2(n)) / sum(n) AS hour_entropy FROM hours GROUP BY wallet_code
), days AS (
  SELECT wallet_code, count(*) AS active_days FROM (SELECT DISTINCT wallet_code, ts_ms // 86400000 FROM fills) GROUP BY wallet_code
), spans AS (
  SELECT wallet_code, min(ts_ms) AS first_ms, max(ts_ms) AS last_ms, count(*) FILTER (gap <= 60000) AS n_burst
  FROM gaps GROUP BY wallet_code
)
SELECT * FROM spans JOIN entropies USING (wallet_code) JOIN days USING (wallet_code);

COPY (
  WITH horizon AS (SELECT (max(ts_ms) // 86400000 + 1) * 86400000 AS t FROM fills),
  per_market AS (
    SELECT wallet_code, market, any_value(domain) AS domain, any_value(created_ms) AS created_ms, any_value(payout_0) AS payout_0,
      sum(n) AS n, sum(n_buys) AS n_buys, sum(n_contrarian) AS n_contrarian, sum(n_maker) AS n_maker, sum(usd) AS usd,
      sum(buy_usd) AS buy_usd, sum(usd_squared) AS usd_squared, sum(pnl) AS pnl, max(max_usd) AS max_usd,
      sum(ts_sum) AS ts_sum, count(*) FILTER (payout_0 IS NULL AND net <> 0) AS n_marked,
      min(mark_ms) FILTER (payout_0 IS NULL AND net <> 0) AS oldest_mark_ms, count(*) FILTER (is_settled_buy) AS n_bought,
      count(*) FILTER (is_bet AND won) AS n_bets_won, count(*) FILTER (is_settled_buy AND net > 0) AS n_held,
      sum(CASE WHEN is_bet THEN paid END) AS paid, sum(CASE WHEN is_bet THEN paid * (1 - paid) END) AS paid_variance
    FROM positions GROUP BY wallet_code, market
  ), per_wallet AS (
    SELECT wallet_code, sum(n) AS n, sum(n_buys) AS n_buys, sum(n_contrarian) AS n_contrarian, sum(n_maker) AS n_maker,
      sum(usd) AS usd, sum(buy_usd) AS buy_usd, sum(usd_squared) AS usd_squared, sum(pnl) AS pnl, max(max_usd) AS max_usd,
      sum(n_marked) AS n_marked, min(oldest_mark_ms) AS oldest_mark_ms, sum(n_bought) AS n_bought,
      sum(n_bets_won) AS n_bets_won, sum(n_held) AS n_held,
      sum(paid) AS paid, sum(paid_variance) AS paid_variance, count(*) AS n_markets, max(usd) AS top_usd,
      count(payout_0) AS n_resolved, count(*) FILTER (payout_0 IS NOT NULL AND pnl > 0.5) AS n_won,
      sum(CASE WHEN domain = 'sports' THEN n ELSE 0 END) AS n_sports,
      sum(CASE WHEN domain = 'politics' THEN n ELSE 0 END) AS n_politics,
      sum(CASE WHEN domain = 'crypto' THEN n ELSE 0 END) AS n_crypto, sum(ts_sum - n * created_ms) AS age_ms
    FROM per_market GROUP BY wallet_code
  ), profiles AS (
    SELECT wallet, t AS as_of_ms, first_ms AS first_fill_ms, last_ms AS last_fill_ms, n::BIGINT AS n_fills,
      (t - first_ms) / 86400000 AS tenure_days, usd / 1e6 / n AS aggression_avg_usd,
      n / greatest((t - first_ms) / 86400000, 1) AS frequency_trades_daily, 100 * n_sports / n AS domain_focus_sports_pct,
      100 * n_politics / n AS domain_focus_politics_pct, 100 * n_crypto / n AS domain_focus_crypto_pct,
      n_markets AS diversification_markets_count, buy_usd / 1e6 AS total_invested, pnl / 1e6 AS total_net_pnl,
      n_marked > 0 AS pnl_is_marked, (t - oldest_mark_ms) / 86400000 AS mark_age_days, CASE WHEN n_resolved > 0 THEN n_won END AS wins,
      nullif(n_resolved, 0) AS unique_markets, 100 * n_won / nullif(n_resolved, 0) AS win_rate_pct,
      100 * pnl / nullif(buy_usd, 0) AS roi_pct, age_ms / 3600000 / n AS avg_time_to_impact_hours,
      buy_usd / 1e6 / nullif(n_buys, 0) AS conviction_avg_buy_usd, max_usd / 1e6 AS max_bet_usd,
      CASE WHEN n > 1 THEN sqrt(greatest(n * usd_squared - usd * usd, 0)) / usd END AS bet_size_cv,
      100 * top_usd / usd AS top_market_share_pct, 100 * n_maker / n AS maker_share_pct,
      100 * n_contrarian / nullif(n_buys, 0) AS contrarian_share_pct, active_days, hour_entropy,
      100 * n_burst / n AS burst_share_pct, 100 * n_held / nullif(n_bought, 0) AS held_to_resolution_pct,
      CASE WHEN paid_variance > 0 THEN (n_bets_won - paid) / sqrt(paid_variance) END AS edge_z,
      max_bet_share AS max_bet_vs_market_volume_pct
    FROM per_wallet JOIN rhythms USING (wallet_code) JOIN wallets USING (wallet_code) LEFT JOIN bet_shares USING (wallet_code), horizon
  )
  SELECT *, roi_pct - avg(roi_pct) FILTER (unique_markets IS NOT NULL) OVER () AS alpha_score
  FROM profiles ORDER BY wallet
) TO '${out}/profiles.parquet' (FORMAT parquet, COMPRESSION zstd);
