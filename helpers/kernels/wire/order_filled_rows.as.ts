// Rows of poly_data's orderFilled.csv, straight from bytes to columns. order_filled_rows.ts says what is accepted.

/** `0x` as two bytes. */
const HEX_PREFIX: u16 = 0x7830;
const ADDRESS_BYTES: usize = 42;
const HASH_BYTES: usize = 66;
const TOKEN_DIGITS_MAX: usize = 78;
const AMOUNT_DIGITS_MAX: usize = 18;
const AMOUNT_MAX: u64 = 1_000_000_000_000_000_000;
/** Seconds of 2015-01-01 and 2100-01-01. */
const TIME_MIN: u64 = 1_420_070_400;
const TIME_MAX: u64 = 4_102_444_800;
const VIEW_BYTES: usize = 16;
const COMMA: u8 = 44;
const NEWLINE: u8 = 10;
const ZERO: u8 = 48;

/** The lines of a text, its last one without a newline included. */
export function countLines(_task: i32, text: usize, nBytes: usize, result: usize): void {
  const end = text + nBytes;
  const newline = i8x16.splat(NEWLINE);
  let n: u32 = 0;
  let at = text;
  for (; at + 16 <= end; at += 16) n += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), newline)));
  for (; at < end; at++) n += u32(load<u8>(at) === NEWLINE);
  store<u32>(result, n + u32(nBytes > 0 && load<u8>(end - 1) !== NEWLINE));
}

function isHex(bytes: v128): bool {
  const isDigit = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(9));
  const isLetter = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(97)), i8x16.splat(5));
  return i8x16.all_true(v128.or(isDigit, isLetter));
}

function isAddress(at: usize): bool {
  return (
    load<u16>(at) === HEX_PREFIX &&
    isHex(v128.load(at, 2)) &&
    isHex(v128.load(at, 18)) &&
    isHex(v128.load(at, 26)) &&
    load<u8>(at, 42) === COMMA
  );
}

function isHash(at: usize): bool {
  return (
    load<u16>(at) === HEX_PREFIX &&
    isHex(v128.load(at, 2)) &&
    isHex(v128.load(at, 18)) &&
    isHex(v128.load(at, 34)) &&
    isHex(v128.load(at, 50)) &&
    load<u8>(at, 66) === NEWLINE
  );
}

/** Where the digits that begin at `at` end; `at` itself when they are none, too many, or have a zero in front of others. */
function digitsEnd(at: usize, nMax: usize): usize {
  let end = at;
  for (;;) {
    const digit = i8x16.sub(v128.load(end), i8x16.splat(48));
    const others = i8x16.bitmask(i8x16.gt_u(digit, i8x16.splat(9)));
    if (others !== 0) {
      end += ctz(others);
      break;
    }
    end += 16;
    if (end - at > nMax) return at;
  }
  const n = end - at;
  if (n > nMax || (n > 1 && load<u8>(at) === ZERO) || load<u8>(end) !== COMMA) return at;
  return end;
}

function numberOf(at: usize, end: usize): u64 {
  let number: u64 = 0;
  for (let digit = at; digit < end; digit++) number = number * 10 + (load<u8>(digit) - ZERO);
  return number;
}

/** Seconds of ten digits with a comma behind; 0 for what is not. */
function secondsOf(at: usize): u64 {
  const end = digitsEnd(at, 10);
  if (end !== at + 10) return 0;
  const seconds = numberOf(at, end);
  return seconds >= TIME_MIN && seconds < TIME_MAX ? seconds : 0;
}

function isAmong(at: usize, addresses: usize, nAddresses: i32): bool {
  for (let i = 0; i < nAddresses; i++, addresses += ADDRESS_BYTES) {
    if (load<u64>(at, 2) !== load<u64>(addresses, 2)) continue;
    const first = v128.eq<u8>(v128.load(at, 10), v128.load(addresses, 10));
    const last = v128.eq<u8>(v128.load(at, 26), v128.load(addresses, 26));
    if (v128.all_true<u8>(v128.and(first, last))) return true;
  }
  return false;
}

/** A string view of Arrow on a text of more than 12 bytes. */
function storeView(view: usize, nBytes: usize, at: usize, offset: usize): void {
  store<u32>(view, <u32>nBytes);
  store<u32>(view, load<u32>(at), 4);
  store<u32>(view, 0, 8);
  store<u32>(view, <u32>offset, 12);
}

/** A string view of Arrow that holds the text itself, of at most 12 bytes. */
function storeShort(view: usize, nBytes: usize, at: usize): void {
  store<u32>(view, <u32>nBytes);
  store<u64>(view, 0, 4);
  store<u32>(view, 0, 12);
  for (let i: usize = 0; i < nBytes; i++) store<u8>(view + i, load<u8>(at + i), 4);
}

function copyAddress(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 26), 26);
}

function copyHash(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
  v128.store(to, v128.load(from, 50), 50);
}

/** Two bytes more than the longest token has; what comes next is written over them. */
function copyToken(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
  v128.store(to, v128.load(from, 64), 64);
}

/**
 * One task. Texts are written as string views of Arrow (16 bytes: length, first four bytes, number of the buffer, place in it;
 * a text of at most 12 bytes stands in the view) beside the bytes of the long ones.
 * @param text lines; 512 bytes behind them may be read
 * @param words views of BUY, SELL, maker and taker
 * @param exchanges addresses of 42 bytes each
 * @param tokenText room for 78 bytes a row and 2 more
 * @param result becomes the number of rows and the bytes of tokens written; no rows when one is not accepted
 */
export function orderFilledRows(
  _task: i32,
  text: usize,
  nBytes: usize,
  words: usize,
  exchanges: usize,
  nExchanges: i32,
  times: usize,
  shares: usize,
  cash: usize,
  prices: usize,
  sides: usize,
  roles: usize,
  wallets: usize,
  tokens: usize,
  hashes: usize,
  walletText: usize,
  tokenText: usize,
  hashText: usize,
  result: usize,
): void {
  const end = text + nBytes;
  let row: usize = 0;
  let nTokenBytes: usize = 0;
  store<u32>(result, 0);
  for (let at = text; at < end; row++) {
    const seconds = secondsOf(at);
    const maker = at + 11;
    if (seconds === 0 || !isAddress(maker)) return;
    const given = maker + 43;
    const givenEnd = digitsEnd(given, TOKEN_DIGITS_MAX);
    const givenAmount = givenEnd + 1;
    const givenAmountEnd = digitsEnd(givenAmount, AMOUNT_DIGITS_MAX);
    const taker = givenAmountEnd + 1;
    if (givenEnd === given || givenAmountEnd === givenAmount || !isAddress(taker)) return;
    const taken = taker + 43;
    const takenEnd = digitsEnd(taken, TOKEN_DIGITS_MAX);
    const takenAmount = takenEnd + 1;
    const takenAmountEnd = digitsEnd(takenAmount, AMOUNT_DIGITS_MAX);
    const hash = takenAmountEnd + 1;
    if (takenEnd === taken || takenAmountEnd === takenAmount || !isHash(hash)) return;
    at = hash + HASH_BYTES + 1;

    // Asset 0 is cash; who gives it buys. Amounts of cash and shares are checked as wire_fills.ts does.
    const isBuy = load<u8>(given) === ZERO;
    if (at > end || isBuy === (load<u8>(taken) === ZERO)) return;
    const givenUnits = numberOf(givenAmount, givenAmountEnd);
    const takenUnits = numberOf(takenAmount, takenAmountEnd);
    const usd = isBuy ? givenUnits : takenUnits;
    const size = isBuy ? takenUnits : givenUnits;
    if (usd === 0 || size === 0 || usd > size || size > AMOUNT_MAX) return;
    store<u64>(times + (row << 3), seconds * 1000);
    store<u64>(shares + (row << 3), size);
    store<u64>(cash + (row << 3), usd);
    store<f64>(prices + (row << 3), f64(<i64>usd) / f64(<i64>size));

    const view = row * VIEW_BYTES;
    v128.store(sides + view, v128.load(words + (isBuy ? 0 : VIEW_BYTES)));
    v128.store(roles + view, v128.load(words + (isAmong(taker, exchanges, nExchanges) ? 48 : 32)));
    const walletAt = row * ADDRESS_BYTES;
    storeView(wallets + view, ADDRESS_BYTES, maker, walletAt);
    copyAddress(walletText + walletAt, maker);
    const hashAt = row * HASH_BYTES;
    storeView(hashes + view, HASH_BYTES, hash, hashAt);
    copyHash(hashText + hashAt, hash);
    const token = isBuy ? taken : given;
    const nDigits = (isBuy ? takenEnd : givenEnd) - token;
    if (nDigits <= 12) storeShort(tokens + view, nDigits, token);
    else {
      storeView(tokens + view, nDigits, token, nTokenBytes);
      copyToken(tokenText + nTokenBytes, token);
      nTokenBytes += nDigits;
    }
  }
  store<u32>(result, <u32>row);
  store<u32>(result, <u32>nTokenBytes, 4);
}
