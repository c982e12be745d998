/** A byte for each small integer, negative ones too. */

const FIRST_CAPACITY = 1024;

/** Codes of markets, events or wallets, each with a byte; memory is that of the largest code. */
export class ByteByCode {
  private bytes = new Uint8Array(FIRST_CAPACITY);

  /** 0 for a code that was never set. */
  get(code: number): number {
    return this.bytes[placeOf(code)] ?? 0;
  }

  set(code: number, byte = 1): void {
    const place = placeOf(code);
    if (place >= this.bytes.length) {
      const grown = new Uint8Array(2 * Math.max(place, this.bytes.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes[place] = byte;
  }
}

/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 … */
function placeOf(code: number): number {
  return code >= 0 ? 2 * code : -2 * code - 1;
}
