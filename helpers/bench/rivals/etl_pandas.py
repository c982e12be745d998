"""The ETL of the bench in pandas: raw fills to canonical trades in Parquet to wallet profiles in Parquet.

Called as `etl_pandas.py [--plain] <fills.csv> <gamma.jsonl> <domains.csv> <out> <threads>`. Text comes in through Arrow;
wallets and markets are numbers before anything is grouped. With --plain text is read by pandas' own reader into Python
objects, which is all that pandas before 2.0 can do (Debian's python3-pandas is 1.5).
"""

import json
import os
import sys

import numpy as np
import pandas as pd
import pyarrow

is_plain = sys.argv[1] == "--plain"
fills_path, gamma_path, domains_path, out, threads = sys.argv[-5:]
pyarrow.set_cpu_count(int(threads))
DAY_MS = 86_400_000
EXCHANGES = [
    "0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e",
    "0xc5d563a36ae78145c45a50134d48a1215220f80a",
    "0xe111180000d2663c0091e4f400237545b87b996b",
    "0xe2222d279d744050d28e00520010520000310f59",
    "0xe3333700ca9d93003f00f0f71f8515005f6c00aa",
]
WINNERS = {'["1","0"]': 0.0, '["0","1"]': 1.0}
PAYOUTS = {'["1","0"]': 1.0, '["0","1"]': 0.0, '["0.5","0.5"]': 0.5}


def epoch_ms(text):
    return int(pd.Timestamp(text).timestamp() * 1000)


def read_markets():
    """One row per market; the index is the number of the market."""
    domains = dict(pd.read_csv(domains_path).itertuples(index=False))
    rows = []
    with open(gamma_path, encoding="utf8") as lines:
        for line in lines:
            m = json.loads(line)
            found = {domains[tag["slug"]] for tag in m["tags"]}
            rows.append(
                {
                    "market_id": m["conditionId"].lower(),
                    "event_id": m["events"][0]["slug"] if m["events"] else None,
                    "tokens": json.loads(m["clobTokenIds"]),
                    "created_ms": epoch_ms(m["createdAt"]),
                    "resolved_ms": epoch_ms(m["closedTime"]) if m.get("closedTime") else np.nan,
                    "winner": WINNERS.get(m["outcomePrices"], np.nan) if m["closed"] else np.nan,
                    "payout_0": PAYOUTS.get(m["outcomePrices"], np.nan) if m["closed"] else np.nan,
                    "domain": next((d for d in ("crypto", "sports", "politics") if d in found), "other"),
                }
            )
    return pd.DataFrame(rows)


def read_trades(markets):
    """Canonical trades in time order; `market` is the number of the market."""
    text = object if is_plain else pd.ArrowDtype(pyarrow.string())
    dtypes = {name: text for name in ("maker", "makerAssetId", "taker", "takerAssetId", "transactionHash")}
    raw = pd.read_csv(fills_path, engine="c" if is_plain else "pyarrow", dtype=dtypes)
    is_buy = (raw["makerAssetId"] == "0").to_numpy(dtype=bool)
    token = raw["takerAssetId"].where(is_buy, raw["makerAssetId"])
    places = pd.Index([t for pair in markets["tokens"] for t in pair])
    codes, tokens = pd.factorize(token)
    place = places.get_indexer(pd.Index(tokens))[codes]
    market, outcome = place // 2, (place % 2).astype(np.uint8)
    usd = np.where(is_buy, raw["makerAmountFilled"], raw["takerAmountFilled"])
    shares = np.where(is_buy, raw["takerAmountFilled"], raw["makerAmountFilled"])
    is_taker = raw["taker"].str.lower().isin(EXCHANGES).to_numpy(dtype=bool)
    owner, names = pd.factorize(raw["maker"].str.lower())
    trades = pd.DataFrame(
        {
            "ts_ms": raw["timestamp"].to_numpy() * 1000,
            "venue": pd.Categorical.from_codes(np.zeros(len(raw), np.int8), ["polymarket"]),
            "market": market,
            "outcome_index": outcome,
            "wallet": pd.Categorical.from_codes(owner, names),
            "role": pd.Categorical.from_codes(is_taker.astype(np.int8), ["maker", "taker"]),
            "side": pd.Categorical.from_codes(is_buy.astype(np.int8), ["SELL", "BUY"]),
            "price": usd / shares,
            "shares": shares / 1e6,
            "amount_usd": usd / 1e6,
            "fee_usd": np.nan,
            "tx": raw["transactionHash"],
            "owner": owner,
            "place": place,
            "usd_u": usd,
            "shares_u": shares,
            "is_buy": is_buy,
        }
    )
    del raw
    keys = ["ts_ms", "owner", "place", "is_buy", "usd_u", "shares_u", "tx"]
    # Repeats are rare: the cheap numeric keys find the few candidates, the hashes of transactions are compared only there.
    maybe = trades.duplicated(keys[:-1], keep=False)
    occurrence = np.zeros(len(trades), np.int32)
    occurrence[maybe.to_numpy()] = trades.loc[maybe, keys].groupby(keys, sort=False).cumcount()
    trades["occurrence"] = occurrence
    return trades.sort_values("ts_ms", kind="stable", ignore_index=True), pd.Index(names)


def write_trades(trades, markets):
    """One zstd Parquet file a month."""
    folder = os.path.join(out, "trades")
    os.makedirs(folder, exist_ok=True)
    month = trades["ts_ms"].to_numpy().astype("datetime64[ms]").astype("datetime64[M]")
    names, starts = np.unique(month, return_index=True)
    for name, start, end in zip(names, starts, [*starts[1:], len(trades)]):
        part = trades.iloc[start:end].drop(columns=["market", "owner", "place", "usd_u", "shares_u", "is_buy"])
        code = trades["market"].to_numpy()[start:end]
        part.insert(2, "market_id", pd.Categorical.from_codes(code, markets["market_id"]))
        events, event_names = pd.factorize(markets["event_id"])
        part.insert(3, "event_id", pd.Categorical.from_codes(events[code], event_names))
        part.to_parquet(os.path.join(folder, f"{name}.parquet"), compression="zstd", index=False)


def profiles_of(f, wallets, markets):
    """All columns of the profile table, sorted by wallet."""
    t = (f["ts_ms"].max() // DAY_MS + 1) * DAY_MS
    usd, shares, buy = f["usd_u"].astype(float), f["shares_u"].astype(float), f["is_buy"]
    f = f.assign(usd=usd, buy_usd=usd.where(buy, 0.0), shares=shares, buy_shares=shares.where(buy, 0.0))
    f["is_maker"] = f["role"].cat.codes == 0
    f["contrarian"] = buy & (f["price"] < 0.4)
    f["squared"] = f["usd"] ** 2

    taken = f["usd"].where(~f["is_maker"], 0.0).groupby([f["market"], f["ts_ms"]]).sum()
    before = (taken.groupby(level=0).cumsum() - taken).rename("volume").reset_index()
    bets = f.loc[buy, ["owner", "market", "ts_ms", "usd"]].merge(before, on=["market", "ts_ms"])
    bets = bets[bets["volume"] > 0]
    bet_share = (100 * bets["usd"] / bets["volume"]).groupby(bets["owner"]).max()

    by_place = ["owner", "market", "outcome_index"]
    p = (
        f.groupby(by_place, sort=False)
        .agg(
            n=("usd", "size"), n_buys=("is_buy", "sum"), n_contrarian=("contrarian", "sum"), n_maker=("is_maker", "sum"),
            usd=("usd", "sum"), buy_usd=("buy_usd", "sum"), squared=("squared", "sum"), shares=("shares", "sum"),
            buy_shares=("buy_shares", "sum"), max_usd=("usd", "max"), ts_sum=("ts_ms", "sum"),
        )
        .reset_index()
    )
    last = f[f["ts_ms"] == f.groupby("market", sort=False)["ts_ms"].transform("max")]
    price_0 = last["price"].where(last["outcome_index"] == 0, 1 - last["price"])
    by_market = last.assign(value=price_0 * last["shares"]).groupby("market").agg(
        ms=("ts_ms", "max"), value=("value", "sum"), shares=("shares", "sum")
    )
    is_known = markets["resolved_ms"] < t
    winner, payout_0 = markets["winner"].where(is_known), markets["payout_0"].where(is_known)
    worth_0 = payout_0.fillna(by_market["value"] / by_market["shares"])
    p["winner"] = winner.to_numpy()[p["market"]]
    p["net"] = 2 * p["buy_shares"] - p["shares"]
    won = p["winner"] == p["outcome_index"]
    resolved = payout_0.notna().to_numpy()[p["market"]]
    share_0 = worth_0.to_numpy()[p["market"]]
    p["pnl"] = p["usd"] - 2 * p["buy_usd"] + p["net"] * np.where(p["outcome_index"] == 0, share_0, 1 - share_0)
    bought = resolved & (p["buy_shares"] > 0)
    bet = p["winner"].notna() & (p["buy_shares"] > 0)
    paid = p["buy_usd"] / p["buy_shares"]
    p["n_marked"] = ~resolved & (p["net"] != 0)
    p["oldest_mark_ms"] = by_market["ms"].reindex(p["market"]).where(p["n_marked"].to_numpy()).to_numpy()
    p["n_bought"], p["n_bets_won"], p["n_held"] = bought, bet & won, bought & (p["net"] > 0)
    p["paid"], p["paid_variance"] = paid.where(bet, 0.0), (paid * (1 - paid)).where(bet, 0.0)

    sums = ["n", "n_buys", "n_contrarian", "n_maker", "usd", "buy_usd", "squared", "pnl", "n_marked", "n_bought"]
    sums += ["n_bets_won", "n_held", "paid", "paid_variance"]
    by_pair = {**{c: "sum" for c in [*sums, "ts_sum"]}, "max_usd": "max", "oldest_mark_ms": "min"}
    m = p.groupby(["owner", "market"], sort=False).agg(by_pair).reset_index()
    facts = markets.iloc[m["market"]].reset_index(drop=True)
    m["resolved"] = payout_0.notna().to_numpy()[m["market"]]
    m["won"] = m["resolved"] & (m["pnl"] > 0.5)
    for domain in ("sports", "politics", "crypto"):
        m[domain] = m["n"].where(facts["domain"] == domain, 0)
    m["age_ms"] = m["ts_sum"] - m["n"] * facts["created_ms"]
    m["top_usd"], m["markets"] = m["usd"], 1
    adds = [*sums, "resolved", "won", "sports", "politics", "crypto", "age_ms", "markets"]
    w = m.groupby("owner").agg({**{c: "sum" for c in adds}, "max_usd": "max", "top_usd": "max", "oldest_mark_ms": "min"})

    times = f.groupby("owner")["ts_ms"]
    first, last_fill = times.min(), times.max()
    burst = (times.diff() <= 60_000).groupby(f["owner"]).sum()
    days = (f["ts_ms"] // DAY_MS).groupby(f["owner"]).nunique()
    hours = f.groupby(["owner", f["ts_ms"] // 3_600_000 % 24]).size()
    entropy = np.log2(w["n"]) - (hours * np.log2(hours)).groupby(level=0).sum() / w["n"]

    def per(part, whole):
        return (part / whole).where(whole > 0)

    tenure = (t - first) / DAY_MS
    n, judged = w["n"], w["resolved"]
    roi = per(100 * w["pnl"], w["buy_usd"])
    profiles = pd.DataFrame(
        {
            "wallet": wallets[w.index], "as_of_ms": t, "first_fill_ms": first, "last_fill_ms": last_fill, "n_fills": n,
            "tenure_days": tenure, "aggression_avg_usd": w["usd"] / 1e6 / n,
            "frequency_trades_daily": n / tenure.clip(lower=1),
            **{f"domain_focus_{d}_pct": 100 * w[d] / n for d in ("sports", "politics", "crypto")},
            "diversification_markets_count": w["markets"], "total_invested": w["buy_usd"] / 1e6,
            "total_net_pnl": w["pnl"] / 1e6, "pnl_is_marked": w["n_marked"] > 0,
            "mark_age_days": (t - w["oldest_mark_ms"]) / DAY_MS,
            "wins": w["won"].astype("Int64").where(judged > 0), "unique_markets": judged.astype("Int64").where(judged > 0),
            "win_rate_pct": per(100 * w["won"], judged), "roi_pct": roi, "alpha_score": roi - roi[judged > 0].mean(),
            "avg_time_to_impact_hours": w["age_ms"] / 3_600_000 / n,
            "conviction_avg_buy_usd": per(w["buy_usd"] / 1e6, w["n_buys"]), "max_bet_usd": w["max_usd"] / 1e6,
            "bet_size_cv": (np.sqrt((n * w["squared"] - w["usd"] ** 2).clip(lower=0)) / w["usd"]).where(n > 1),
            "top_market_share_pct": 100 * w["top_usd"] / w["usd"], "maker_share_pct": 100 * w["n_maker"] / n,
            "contrarian_share_pct": per(100 * w["n_contrarian"], w["n_buys"]), "active_days": days,
            "hour_entropy": entropy, "burst_share_pct": 100 * burst / n,
            "held_to_resolution_pct": per(100 * w["n_held"], w["n_bought"]),
            "edge_z": per(w["n_bets_won"] - w["paid"], np.sqrt(w["paid_variance"])),
            "max_bet_vs_market_volume_pct": bet_share.reindex(w.index),
        }
    )
    return profiles.sort_values("wallet")


markets = read_markets()
trades, wallets = read_trades(markets)
write_trades(trades, markets)
trades = trades.drop(columns=["tx", "wallet", "venue", "shares", "amount_usd", "fee_usd", "side", "place"])
profiles_of(trades, wallets, markets).to_parquet(os.path.join(out, "profiles.parquet"), compression="zstd", index=False)
