"""The ETL of the bench in Python Polars: raw fills to canonical trades in Parquet to wallet profiles in Parquet.

Called as `etl_polars.py <fills.csv> <gamma.jsonl> <domains.csv> <out> <threads>` with POLARS_MAX_THREADS set.
"""

import os
import sys

import polars as pl

fills_path, gamma_path, domains_path, out, _threads = sys.argv[1:6]
DAY_MS = 86_400_000
EXCHANGES = [
    "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e",
    "0xc5d563a36ae78145c45a50134d48a1215220f80a",
    "0xe111180000d2663c0091e4f400237545b87b996b",
    "0xe2222d279d744050d28e00520010520000310f59",
    "0xe3333700ca9d93003f00f0f71f8515005f6c00aa",
]
DOMAINS = ["sports", "politics", "crypto"]


def read_markets():
    """One row per market with its tokens, domain, creation, resolution and winner."""
    domains = dict(pl.read_csv(domains_path).iter_rows())
    found = pl.col("tags").list.eval(
        pl.element().struct.field("slug").replace_strict(domains, default="other", return_dtype=pl.String)
    )
    domain = pl.lit("other")
    for name in ["politics", "sports", "crypto"]:
        domain = pl.when(found.list.contains(name)).then(pl.lit(name)).otherwise(domain)
    winner = (
        pl.when(~pl.col("closed"))
        .then(None)
        .when(pl.col("outcomePrices") == '["1","0"]')
        .then(0)
        .when(pl.col("outcomePrices") == '["0","1"]')
        .then(1)
    )
    is_void = pl.col("closed") & (pl.col("outcomePrices") == '["0.5","0.5"]')
    tokens = pl.col("clobTokenIds").str.json_decode(pl.List(pl.String))
    schema = {
        "conditionId": pl.String,
        "clobTokenIds": pl.String,
        "createdAt": pl.String,
        "closedTime": pl.String,
        "closed": pl.Boolean,
        "outcomePrices": pl.String,
        "tags": pl.List(pl.Struct({"slug": pl.String})),
        "events": pl.List(pl.Struct({"slug": pl.String})),
    }
    return pl.read_ndjson(gamma_path, schema=schema).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("market"),
        pl.col("conditionId").str.to_lowercase().alias("market_id"),
        pl.col("events").list.first().struct.field("slug").alias("event_id"),
        tokens.list.get(0).alias("token_0"),
        tokens.list.get(1).alias("token_1"),
        pl.col("createdAt").str.to_datetime(time_zone="UTC").dt.epoch("ms").alias("created_ms"),
        pl.col("closedTime").str.to_datetime("%Y-%m-%d %H:%M:%S%#z").dt.epoch("ms").alias("resolved_ms"),
        winner.cast(pl.Int8).alias("winner_index"),
        pl.when(is_void).then(0.5).otherwise(1.0 - winner).alias("payout_0"),
        domain.alias("domain"),
    )


def read_trades(markets):
    """Canonical trades in time order, in memory; `market` is the number of the market."""
    places = pl.concat(
        [
            markets.select(
                pl.col(f"token_{i}").alias("token"), "market", "market_id", "event_id", pl.lit(i, pl.UInt8).alias("outcome_index")
            )
            for i in (0, 1)
        ]
    )
    schema = {
        "timestamp": pl.Int64,
        "maker": pl.String,
        "makerAssetId": pl.String,
        "makerAmountFilled": pl.Int64,
        "taker": pl.String,
        "takerAssetId": pl.String,
        "takerAmountFilled": pl.Int64,
        "transactionHash": pl.String,
    }
    is_buy = pl.col("makerAssetId") == "0"

    def pick(when_buy, when_sell):
        return pl.when(is_buy).then(pl.col(when_buy)).otherwise(pl.col(when_sell))

    trades = (
        pl.scan_csv(fills_path, schema=schema)
        .select(
            (pl.col("timestamp") * 1000).alias("ts_ms"),
            pick("takerAssetId", "makerAssetId").alias("token"),
            pl.col("maker").str.to_lowercase().alias("wallet"),
            pl.when(pl.col("taker").str.to_lowercase().is_in(EXCHANGES))
            .then(pl.lit("taker"))
            .otherwise(pl.lit("maker"))
            .alias("role"),
            pl.when(is_buy).then(pl.lit("BUY")).otherwise(pl.lit("SELL")).alias("side"),
            pick("makerAmountFilled", "takerAmountFilled").alias("usd_u"),
            pick("takerAmountFilled", "makerAmountFilled").alias("shares_u"),
            pl.col("transactionHash").alias("tx"),
        )
        .with_columns(pl.struct("tx", "wallet", "token", "side", "ts_ms", "usd_u", "shares_u").hash(7).alias("fill_hash"))
        .join(places.lazy(), on="token", how="inner", maintain_order="left")
        .select(
            "ts_ms",
            pl.lit("polymarket").alias("venue"),
            "market_id",
            "event_id",
            "outcome_index",
            "wallet",
            "role",
            "side",
            (pl.col("usd_u") / pl.col("shares_u")).alias("price"),
            (pl.col("shares_u") / 1e6).alias("shares"),
            (pl.col("usd_u") / 1e6).alias("amount_usd"),
            pl.lit(None, pl.Float64).alias("fee_usd"),
            "tx",
            "fill_hash",
            "market",
        )
        .sort("ts_ms", maintain_order=True)
        .collect(engine="streaming")
    )
    if trades["fill_hash"].n_unique() == trades.height:
        return trades.with_columns(pl.lit(0, pl.UInt32).alias("occurrence"))
    repeats = (
        trades.lazy()
        .with_row_index("rn")
        .select("rn", "fill_hash")
        .filter(pl.col("fill_hash").is_duplicated())
        .with_columns((pl.col("rn").cum_count().over("fill_hash") - 1).cast(pl.UInt32).alias("occurrence"))
        .drop("fill_hash")
        .collect()
    )
    occurrence = pl.zeros(trades.height, pl.UInt32, eager=True).scatter(repeats["rn"], repeats["occurrence"])
    return trades.with_columns(occurrence.alias("occurrence"))


def write_trades(trades):
    """One zstd Parquet file a month."""
    folder = os.path.join(out, "trades")
    os.makedirs(folder, exist_ok=True)
    month = pl.from_epoch("ts_ms", time_unit="ms").dt.strftime("%Y-%m")
    runs = trades.select(month.alias("month"))["month"].rle().struct.unnest()
    start = 0
    for length, name in runs.iter_rows():
        trades.slice(start, length).drop("market").write_parquet(os.path.join(folder, f"{name}.parquet"), compression="zstd")
        start += length


def fills_of(trades):
    """What the profiles need, with wallets as numbers, and the wallets' names."""
    fills = trades.select(
        "ts_ms",
        "market",
        "outcome_index",
        "wallet",
        (pl.col("role") == "maker").alias("is_maker"),
        (pl.col("side") == "BUY").alias("is_buy"),
        "price",
        (pl.col("amount_usd") * 1e6).round().alias("usd"),
        (pl.col("shares") * 1e6).round().alias("shares"),
    )
    wallets = fills.select(pl.col("wallet").unique()).with_row_index("owner")
    return fills.lazy().join(wallets.lazy(), on="wallet", maintain_order="left").drop("wallet").collect(), wallets


def profiles_of(fills, wallets, markets):
    """All columns of the profile table, sorted by wallet."""
    t = (fills["ts_ms"].max() // DAY_MS + 1) * DAY_MS
    lazy = fills.lazy()
    buy = pl.col("is_buy")
    bet_shares = (
        lazy.filter(~pl.col("is_maker"))
        .group_by("market", "ts_ms")
        .agg(pl.col("usd").sum().alias("taken"))
        .sort("market", "ts_ms")
        .select("market", "ts_ms", pl.col("taken").cum_sum().over("market").alias("volume"))
    )
    bets = (
        lazy.filter(buy)
        .select("owner", "market", (pl.col("ts_ms") - 1).alias("ts_ms"), "usd")
        .join_asof(bet_shares.sort("ts_ms"), on="ts_ms", by="market", strategy="backward")
        .filter(pl.col("volume") > 0)
        .group_by("owner")
        .agg((pl.col("usd") / pl.col("volume") * 100).max().alias("max_bet_vs_market_volume_pct"))
    )
    facts = markets.lazy().select(
        "market",
        "domain",
        "created_ms",
        pl.when(pl.col("resolved_ms") < t).then(pl.col("winner_index")).alias("winner"),
        pl.when(pl.col("resolved_ms") < t).then(pl.col("payout_0")).alias("payout_0"),
    )
    price_0 = pl.when(pl.col("outcome_index") == 0).then(pl.col("price")).otherwise(1 - pl.col("price"))
    last_moments = lazy.group_by("market").agg(pl.col("ts_ms").max().alias("mark_ms"))
    marks = (
        lazy.join(last_moments, on="market")
        .filter(pl.col("ts_ms") == pl.col("mark_ms"))
        .group_by("market")
        .agg(pl.col("mark_ms").first(), ((price_0 * pl.col("shares")).sum() / pl.col("shares").sum()).alias("mark_0"))
    )
    worth_0 = pl.col("payout_0").fill_null(pl.col("mark_0"))
    is_settled = pl.col("payout_0").is_not_null()
    positions = (
        lazy.with_columns(
            pl.when(buy).then(pl.col("usd")).otherwise(0.0).alias("buy_usd"),
            pl.when(buy).then(pl.col("shares")).otherwise(0.0).alias("buy_shares"),
        )
        .group_by("owner", "market", "outcome_index")
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            buy.sum().cast(pl.Int64).alias("n_buys"),
            (buy & (pl.col("price") < 0.4)).sum().cast(pl.Int64).alias("n_contrarian"),
            pl.col("is_maker").sum().cast(pl.Int64).alias("n_maker"),
            pl.col("usd").sum().alias("usd"),
            pl.col("buy_usd").sum(),
            (pl.col("usd") ** 2).sum().alias("usd_squared"),
            pl.col("shares").sum().alias("all_shares"),
            pl.col("buy_shares").sum(),
            pl.col("usd").max().alias("max_usd"),
            pl.col("ts_ms").sum().alias("ts_sum"),
        )
        .join(marks, on="market")
        .join(facts, on="market")
        .with_columns(
            (2 * pl.col("buy_shares") - pl.col("all_shares")).alias("net"),
            (pl.col("buy_usd") / pl.col("buy_shares")).alias("paid"),
            (pl.col("winner").is_not_null() & (pl.col("buy_shares") > 0)).alias("is_bet"),
            (pl.col("winner") == pl.col("outcome_index")).alias("won"),
        )
        .with_columns(
            (
                pl.col("usd")
                - 2 * pl.col("buy_usd")
                + pl.col("net") * pl.when(pl.col("outcome_index") == 0).then(worth_0).otherwise(1 - worth_0)
            ).alias("pnl")
        )
    )
    is_bet = pl.col("is_bet")
    added = ["n", "n_buys", "n_contrarian", "n_maker", "usd", "buy_usd", "usd_squared", "pnl", "ts_sum"]
    is_bought = is_settled & (pl.col("buy_shares") > 0)
    is_marked = ~is_settled & (pl.col("net") != 0)
    counted = ["n_marked", "n_bought", "n_bets_won", "n_held", "paid_sum", "paid_variance"]
    per_market = positions.group_by("owner", "market").agg(
        *[pl.col(name).sum() for name in added],
        pl.col("max_usd").max(),
        pl.col("domain", "created_ms", "payout_0").first(),
        is_marked.sum().alias("n_marked"),
        pl.when(is_marked).then(pl.col("mark_ms")).min().alias("oldest_mark_ms"),
        is_bought.sum().alias("n_bought"),
        (is_bet & pl.col("won")).sum().alias("n_bets_won"),
        (is_bought & (pl.col("net") > 0)).sum().alias("n_held"),
        pl.when(is_bet).then(pl.col("paid")).sum().alias("paid_sum"),
        pl.when(is_bet).then(pl.col("paid") * (1 - pl.col("paid"))).sum().alias("paid_variance"),
    )
    n = pl.col("n")
    per_wallet = per_market.group_by("owner").agg(
        *[pl.col(name).sum() for name in added + counted if name != "ts_sum"],
        pl.col("max_usd").max(),
        pl.len().cast(pl.Int64).alias("n_markets"),
        pl.col("usd").max().alias("top_usd"),
        pl.col("oldest_mark_ms").min(),
        is_settled.sum().cast(pl.Int64).alias("n_resolved"),
        (is_settled & (pl.col("pnl") > 0.5)).sum().cast(pl.Int64).alias("n_won"),
        *[pl.when(pl.col("domain") == name).then(n).sum().alias(f"n_{name}") for name in DOMAINS],
        (pl.col("ts_sum") - n * pl.col("created_ms")).sum().alias("age_ms"),
    )
    rhythms = lazy.group_by("owner").agg(
        pl.col("ts_ms").min().alias("first_ms"),
        pl.col("ts_ms").max().alias("last_ms"),
        (pl.col("ts_ms").diff() <= 60_000).sum().alias("n_burst"),
        (pl.col("ts_ms") // DAY_MS).n_unique().cast(pl.Int64).alias("active_days"),
    )
    hours = lazy.group_by("owner", (pl.col("ts_ms") // 3_600_000 % 24).alias("hour")).agg(pl.len().cast(pl.Float64).alias("n"))
    entropies = hours.group_by("owner").agg((n.sum().log(2) - (n * n.log(2)).sum() / n.sum()).alias("hour_entropy"))
    tenure = (t - pl.col("first_ms")) / DAY_MS

    def where_positive(name, value):
        return pl.when(pl.col(name) > 0).then(value)

    return (
        per_wallet.join(rhythms, on="owner")
        .join(entropies, on="owner")
        .join(wallets.lazy(), on="owner")
        .join(bets, on="owner", how="left")
        .select(
            "wallet",
            pl.lit(t).alias("as_of_ms"),
            pl.col("first_ms").alias("first_fill_ms"),
            pl.col("last_ms").alias("last_fill_ms"),
            n.alias("n_fills"),
            tenure.alias("tenure_days"),
            (pl.col("usd") / 1e6 / n).alias("aggression_avg_usd"),
            (n / pl.max_horizontal(tenure, 1.0)).alias("frequency_trades_daily"),
            *[(100 * pl.col(f"n_{name}") / n).alias(f"domain_focus_{name}_pct") for name in DOMAINS],
            pl.col("n_markets").alias("diversification_markets_count"),
            (pl.col("buy_usd") / 1e6).alias("total_invested"),
            (pl.col("pnl") / 1e6).alias("total_net_pnl"),
            (pl.col("n_marked") > 0).alias("pnl_is_marked"),
            ((t - pl.col("oldest_mark_ms")) / DAY_MS).alias("mark_age_days"),
            where_positive("n_resolved", pl.col("n_won")).alias("wins"),
            where_positive("n_resolved", pl.col("n_resolved")).alias("unique_markets"),
            where_positive("n_resolved", 100 * pl.col("n_won") / pl.col("n_resolved")).alias("win_rate_pct"),
            where_positive("buy_usd", 100 * pl.col("pnl") / pl.col("buy_usd")).alias("roi_pct"),
            (pl.col("age_ms") / 3_600_000 / n).alias("avg_time_to_impact_hours"),
            where_positive("n_buys", pl.col("buy_usd") / 1e6 / pl.col("n_buys")).alias("conviction_avg_buy_usd"),
            (pl.col("max_usd") / 1e6).alias("max_bet_usd"),
            pl.when(n > 1)
            .then((n * pl.col("usd_squared") - pl.col("usd") ** 2).clip(0).sqrt() / pl.col("usd"))
            .alias("bet_size_cv"),
            (100 * pl.col("top_usd") / pl.col("usd")).alias("top_market_share_pct"),
            (100 * pl.col("n_maker") / n).alias("maker_share_pct"),
            where_positive("n_buys", 100 * pl.col("n_contrarian") / pl.col("n_buys")).alias("contrarian_share_pct"),
            "active_days",
            "hour_entropy",
            (100 * pl.col("n_burst") / n).alias("burst_share_pct"),
            where_positive("n_bought", 100 * pl.col("n_held") / pl.col("n_bought")).alias("held_to_resolution_pct"),
            where_positive(
                "paid_variance", (pl.col("n_bets_won") - pl.col("paid_sum")) / pl.col("paid_variance").sqrt()
            ).alias("edge_z"),
            "max_bet_vs_market_volume_pct",
        )
        .with_columns(
            (pl.col("roi_pct") - pl.when(pl.col("unique_markets").is_not_null()).then(pl.col("roi_pct")).mean()).alias("alpha_score")
        )
        .sort("wallet")
        .collect()
    )


def main():
    markets = read_markets()
    trades = read_trades(markets)
    write_trades(trades)
    fills, wallets = fills_of(trades)
    del trades
    profiles_of(fills, wallets, markets).write_parquet(os.path.join(out, "profiles.parquet"), compression="zstd")


main()
