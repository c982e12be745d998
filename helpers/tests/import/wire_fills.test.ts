import { afterAll, describe, expect, it } from 'vitest';
import { ORDER_FILLED_HEADER, OTHER, orderFilled, TOKEN_A, WALLET } from '../venues/samples.ts';
import { makeSandbox } from './sandbox.ts';

const sandboxes = [makeSandbox(), makeSandbox(), makeSandbox(), makeSandbox()];
afterAll(() => {
  for (const sandbox of sandboxes) sandbox.remove();
});

/** Lines of fills a second apart, by two wallets. */
const LINES = Array.from({ length: 60 }, (_, i) =>
  orderFilled({ ts: 1_700_000_000 + i, maker: i % 3 === 0 ? WALLET : OTHER, tx: `0x${'ab'.repeat(31)}${10 + i}` }),
);

function fileOf(lines: readonly string[]): string {
  return `${[ORDER_FILLED_HEADER, ...lines].join('\n')}\n`;
}

describe('toWireFills', () => {
  it('gives the same fills whether a block is read at once or row by row for the sake of one bad row', async () => {
    const [plain, spoilt] = sandboxes;
    plain.write('fills.csv', fileOf(LINES));
    spoilt.write('fills.csv', fileOf([...LINES, orderFilled({ maker: 'nobody' })]));
    await plain.load();
    const summary = await spoilt.load();
    expect(summary.rejects).toEqual({ 'bad wallet': 1 });
    expect(spoilt.trades()).toEqual(plain.trades());
  });

  it('takes upper case, and other ways to write a time, for the same fills wherever in the block they begin', async () => {
    const [plain, , fromStart, fromMiddle] = sandboxes;
    const shout = (line: string): string => line.replaceAll(/0x[0-9a-f]+/g, (hex) => `0x${hex.slice(2).toUpperCase()}`);
    const inDecimals = (line: string): string => line.replace(/^\d+/, (seconds) => `${seconds}.000`);
    const inIso = (line: string): string => line.replace(/^\d+/, (s) => new Date(Number(s) * 1000).toISOString());
    fromStart.write('fills.csv', fileOf(LINES.map((line) => inIso(shout(line)))));
    fromMiddle.write('fills.csv', fileOf(LINES.map((line, i) => (i < 30 ? line : inDecimals(shout(line))))));
    await fromStart.load();
    await fromMiddle.load();
    expect(fromStart.trades()).toEqual(plain.trades());
    expect(fromMiddle.trades()).toEqual(plain.trades());
    expect(new Set(plain.trades().map((row) => row.market_id))).toEqual(new Set([`token:${TOKEN_A}`]));
  });
});
