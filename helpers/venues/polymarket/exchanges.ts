/** What on-chain rows share: the exchange contracts (a row whose taker is one is the incoming order's own row), and hashes. */
import { type Expr, pl } from '../../polars/polars.ts';

/** Lower-case addresses: CTF and NegRisk exchange of V1. */
const V1_CONTRACTS: readonly string[] = [
  '0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e',
  '0xc5d563a36ae78145c45a50134d48a1215220f80a',
];
/** CTF and NegRisk exchange of V2, and V3. */
const LATER_CONTRACTS: readonly string[] = [
  '0xe111180000d2663c0091e4f400237545b87b996b',
  '0xe2222d279d744050d28e00520010520000310f59',
  '0xe3333700ca9d93003f00f0f71f8515005f6c00aa',
];

/** Lower-case addresses of the exchanges of all versions. */
export const EXCHANGE_CONTRACTS: readonly string[] = [...V1_CONTRACTS, ...LATER_CONTRACTS];

/** One search whatever the case, where lower-casing every address would cost twice as much. */
const IS_EXCHANGE = `(?i)^(${EXCHANGE_CONTRACTS.join('|')})$`;
/** The contract's address, or a name as `V2`. */
const IS_LATER = `(?i)(${LATER_CONTRACTS.join('|')}|^v[23])`;

/** `taker` where the row's counterparty is an exchange contract, `maker` where it is a wallet. */
export function roleFromCounterparty(taker: Expr): Expr {
  const isExchange = taker.str.contains(IS_EXCHANGE);
  return pl
    .when(taker.isNull())
    .then(pl.lit(null).cast(pl.Utf8))
    .when(isExchange)
    .then(pl.lit('taker'))
    .otherwise(pl.lit('maker'));
}

/**
 * Whether a row is of the exchanges of V2 or later, which take fees in cash alone.
 * @param texts where the row may name the contract: its counterparty, or a column of its own
 */
export function isAfterV1(...texts: readonly Expr[]): Expr {
  const tests = texts.map((text) => text.str.contains(IS_LATER).fillNull(pl.lit(false)));
  return tests.reduce((any, test) => any.or(test));
}

/** A transaction hash; some programs leave its `0x` out. */
export function transactionHash(text: Expr): Expr {
  return text.str.replace('^([0-9a-fA-F]{64})$', '0x$1');
}
