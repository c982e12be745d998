import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pl } from '../../polars/polars.ts';
import { resolveSimulateOptions, simulatedPeriod } from '../../simulate/options.ts';
import { simulateMarket } from '../../simulate/simulate_market.ts';
import { CONTRACTS, type Fill, hashFolder, type Market, readCsv, readFills, readMarkets } from './raw_files.ts';

const OPTIONS = resolveSimulateOptions({
  population: 'active',
  nTrades: 60_000,
  nWallets: 900,
  nMarkets: 300,
  nDays: 40,
  difficulty: 'easy',
  seed: 5,
});
const root = mkdtempSync(join(tmpdir(), 'spyhop-simulate-'));
const folder = join(root, 'out');
const progress: number[] = [];
let fills: Fill[] = [];
let matches: Fill[][] = [];
let markets: Market[] = [];

beforeAll(async () => {
  await simulateMarket(OPTIONS, folder, (done) => progress.push(done));
  fills = readFills(folder);
  markets = readMarkets(folder);
  const byTx = new Map<string, Fill[]>();
  for (const fill of fills) byTx.set(fill.tx, [...(byTx.get(fill.tx) ?? []), fill]);
  matches = [...byTx.values()];
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('simulated fills', () => {
  it('have the columns of poly_data v1, byte for byte', () => {
    const lines = readFileSync(join(folder, 'raw/goldsky/orderFilled.csv'), 'latin1').split('\n');
    expect(lines[0]).toBe(
      'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash',
    );
    expect(lines.pop()).toBe('');
    const asset = '(?:0|[1-9]\\d{75,77})';
    const row = new RegExp(
      `^\\d{10},0x[0-9a-f]{40},${asset},[1-9]\\d*,0x[0-9a-f]{40},${asset},[1-9]\\d*,0x[0-9a-f]{64}$`,
    );
    expect(lines.slice(1).filter((line) => !row.test(line))).toEqual([]);
    expect(lines.slice(1).every((line) => (line.split(',')[2] === '0') !== (line.split(',')[5] === '0'))).toBe(true);
  });

  it('are exactly as many as asked, in order of time, inside the period', () => {
    const { startS, endS } = simulatedPeriod(OPTIONS);
    expect(fills.length).toBe(OPTIONS.nTrades);
    expect(progress.at(-1)).toBe(OPTIONS.nTrades);
    expect(fills.every((fill, i) => i === 0 || fill.timeS >= fills[i - 1].timeS)).toBe(true);
    expect(fills[0].timeS).toBeGreaterThanOrEqual(startS);
    expect(fills.at(-1)!.timeS).toBeLessThan(endS);
    // The whole period is used: a tenth of it never holds less than a fiftieth of the fills.
    for (let k = 0; k < 10; k++) {
      const from = startS + ((endS - startS) * k) / 10;
      const n = fills.filter((fill) => fill.timeS >= from && fill.timeS < from + (endS - startS) / 10).length;
      expect(n).toBeGreaterThan(OPTIONS.nTrades / 50);
    }
  });

  it('come as one row per resting order and one of the incoming wallet against the right contract', () => {
    const isNegRisk = new Map(markets.flatMap((m) => m.tokens.map((token) => [token, m.negRisk] as const)));
    const isWrong = (match: Fill[]): boolean => {
      const aggregate = match.at(-1)!;
      const contract = CONTRACTS[isNegRisk.get(aggregate.token) ? 1 : 0];
      const resting = match.slice(0, -1);
      if (resting.length === 0 || aggregate.taker !== contract) return true;
      return resting.some(
        (row) =>
          row.taker !== aggregate.maker ||
          row.maker === aggregate.maker ||
          CONTRACTS.includes(row.maker) ||
          row.timeS !== aggregate.timeS,
      );
    };
    expect(matches.filter(isWrong)).toEqual([]);
  });

  it('conserve money and shares in direct, mint and merge matches', () => {
    const sibling = new Map(
      markets.flatMap(({ tokens }) => [[tokens[0], tokens[1]] as const, [tokens[1], tokens[0]] as const]),
    );
    const kinds = { direct: 0, mint: 0, merge: 0 };
    const isWrong = (match: Fill[]): boolean => {
      const aggregate = match.at(-1)!;
      let usd = 0n;
      let shares = 0n;
      for (const row of match.slice(0, -1)) {
        const isOther = row.token !== aggregate.token;
        // Same token: one buys what the other sells. Other token: both buy (mint) or both sell (merge).
        if (isOther && row.token !== sibling.get(aggregate.token)) return true;
        if ((row.isBuy === aggregate.isBuy) !== isOther) return true;
        kinds[isOther ? (row.isBuy ? 'mint' : 'merge') : 'direct']++;
        usd += isOther ? row.shares - row.usd : row.usd;
        shares += row.shares;
      }
      return aggregate.usd !== usd || aggregate.shares !== shares;
    };
    expect(matches.filter(isWrong)).toEqual([]);
    const n = kinds.direct + kinds.mint + kinds.merge;
    for (const count of Object.values(kinds)) expect(count / n).toBeGreaterThan(0.05);
  });

  it('trade between 0 and 1, resting orders on the tick grid', () => {
    expect(fills.filter(({ usd, shares }) => usd <= 0n || usd >= shares)).toEqual([]);
    const resting = matches.flatMap((match) => match.slice(0, -1));
    const isOffGrid = ({ usd, shares }: Fill): boolean => {
      const milli = (usd * 1000n) / shares;
      const isFine = milli < 40n || milli > 960n;
      return (usd * 1000n) % shares !== 0n || (!isFine && milli % 10n !== 0n);
    };
    expect(resting.filter(isOffGrid)).toEqual([]);
  });

  it('happen only while their market is open', () => {
    const byToken = new Map(markets.flatMap((m) => m.tokens.map((token) => [token, m] as const)));
    const isOutside = ({ token, timeS }: Fill): boolean => {
      const { startS, closedS } = byToken.get(token)!;
      return timeS < startS || (closedS !== null && timeS > closedS);
    };
    expect(fills.filter(isOutside)).toEqual([]);
  });
});

describe('simulated market lists', () => {
  it('have the 13 columns of poly_data v1 and agree with the Gamma objects', () => {
    const header = readFileSync(join(folder, 'raw/markets.csv'), 'utf8').split('\n')[0];
    expect(header).toBe(
      'createdAt,id,question,answer1,answer2,neg_risk,market_slug,token1,token2,condition_id,volume,ticker,closedTime',
    );
    const rows = readCsv(join(folder, 'raw/markets.csv'));
    expect(rows.map((row) => [row.id, row.question, row.token1, row.token2])).toEqual(
      markets.map((m) => [m.id, m.question, ...m.tokens]),
    );
    for (const row of rows) {
      expect(row.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/);
      expect(row.condition_id).toMatch(/^0x[0-9a-f]{64}$/);
      expect(row.neg_risk).toMatch(/^(True|False)$/);
      expect(row.closedTime).toMatch(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00)?$/);
    }
    expect(rows.length).toBe(OPTIONS.nMarkets);
    expect(new Set(rows.map((row) => row.market_slug)).size).toBe(rows.length);
    expect(rows.some((row) => row.question.includes(','))).toBe(true);
  });

  it('hold resolved, void and open markets, and volume counted once a match', () => {
    const prices = markets.filter((m) => m.closed).map((m) => m.prices.join());
    expect(new Set(prices)).toEqual(new Set(['1,0', '0,1', '0.5,0.5']));
    const open = markets.filter((m) => !m.closed);
    expect(open.length).toBeGreaterThan(10);
    for (const {
      prices: [p, q],
    } of open)
      expect(Number(p) + Number(q)).toBeCloseTo(1, 12);
    const volume = new Map<string, bigint>();
    for (const match of matches) {
      const { token, usd } = match.at(-1)!;
      volume.set(token, (volume.get(token) ?? 0n) + usd);
    }
    for (const m of markets) {
      const micro = m.tokens.reduce((sum, token) => sum + (volume.get(token) ?? 0n), 0n);
      expect(m.volume).toBeCloseTo(Number(micro) / 1e6, 6);
    }
  });

  it('let exactly one sibling of a closed negRisk group say yes', () => {
    const groups = new Map<string, Market[]>();
    for (const m of markets.filter((market) => market.negRisk))
      groups.set(m.eventId, [...(groups.get(m.eventId) ?? []), m]);
    const closed = [...groups.values()].filter((group) => group[0].closed);
    expect(closed.length).toBeGreaterThan(3);
    for (const group of closed) {
      expect(group.length).toBeGreaterThanOrEqual(3);
      expect(group.filter((m) => m.prices[0] === '1').length).toBe(1);
      expect(group.filter((m) => m.prices[0] === '0').length).toBe(group.length - 1);
    }
  });
});

describe('the planted truth', () => {
  it('leaves no word in the raw files', () => {
    const words = /insider|whale|grinder|copy_?trader|casual|wash|planted|truth|latent|leader|ring_id/i;
    for (const name of readdirSync(join(folder, 'raw'), { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      const text = readFileSync(join(name.parentPath, name.name), 'latin1').replaceAll(/washington/gi, '');
      expect(words.exec(text)).toBeNull();
    }
  });

  it('leaves no trace in names: wallets and tokens are the same whatever is planted', async () => {
    const other = join(root, 'hard');
    await simulateMarket({ ...OPTIONS, difficulty: 1 }, other);
    const wallets = (path: string): string[] => readCsv(join(path, 'truth/wallets.csv')).map((row) => row.wallet);
    expect(wallets(other)).toEqual(wallets(folder));
    expect(readMarkets(other).map((m) => m.tokens)).toEqual(markets.map((m) => m.tokens));
    expect(
      readFileSync(join(other, 'raw/goldsky/orderFilled.csv')).equals(
        readFileSync(join(folder, 'raw/goldsky/orderFilled.csv')),
      ),
    ).toBe(false);
  });

  it('has as many insiders as asked for, and none in a market without informed flow', async () => {
    const countIn = async (insiderShare: number): Promise<[number, number]> => {
      const other = join(root, `insiders-${insiderShare}`);
      await simulateMarket({ ...OPTIONS, nTrades: 3000, insiderShare }, other);
      const types = readCsv(join(other, 'truth/wallets.csv')).map((row) => row.type);
      const trades = readCsv(join(other, 'truth/insider_trades.csv'));
      return [types.filter((type) => type === 'insider').length, trades.length];
    };
    expect(await countIn(0)).toEqual([0, 0]);
    const [few, many] = [await countIn(0.02), await countIn(0.2)];
    expect(many[0]).toBeGreaterThan(4 * few[0]);
    expect(many[1]).toBeGreaterThan(2 * few[1]);
    expect(few[1]).toBeGreaterThan(0);
  });

  it('plants every type and only wallets that exist', () => {
    const truth = readCsv(join(folder, 'truth/wallets.csv'));
    expect(truth.length).toBe(OPTIONS.nWallets);
    expect(new Set(truth.map((row) => row.type))).toEqual(
      new Set(['casual', 'insider', 'whale', 'grinder', 'copy_trader', 'wash']),
    );
    const known = new Set(truth.map((row) => row.wallet));
    expect(fills.filter(({ maker }) => !known.has(maker))).toEqual([]);
  });

  it('lets insiders buy before the news, in the rows it names, and mostly win', () => {
    const trades = readCsv(join(folder, 'truth/insider_trades.csv'));
    const byTx = new Map(matches.map((match) => [match[0].tx, match]));
    const market = new Map(markets.map((m) => [m.id, m]));
    expect(trades.length).toBeGreaterThan(10);
    for (const trade of trades) {
      const aggregate = byTx.get(trade.transaction_hash)!.at(-1)!;
      expect(aggregate).toMatchObject({ maker: trade.wallet, isBuy: true, timeS: Number(trade.timestamp) });
      expect(aggregate.token).toBe(market.get(trade.market_id)!.tokens[Number(trade.outcome_index)]);
      expect(Number(trade.news_timestamp)).toBeGreaterThan(Number(trade.timestamp));
    }
    expect(trades.filter((trade) => trade.news_favoured_it === 'true').length / trades.length).toBeGreaterThan(0.9);
  });

  it('lets wash rings end with what they began with', () => {
    const rings = readCsv(join(folder, 'truth/wash_rings.csv'));
    const ringOf = new Map(
      readCsv(join(folder, 'truth/wallets.csv'))
        .filter((row) => row.type === 'wash')
        .map((row) => [row.wallet, row.ring_id]),
    );
    const net = new Map<string, bigint>();
    let nInside = 0;
    for (const match of matches.filter((m) => m.length === 2)) {
      const [resting, aggregate] = match;
      if (!ringOf.has(resting.maker) || ringOf.get(resting.maker) !== ringOf.get(aggregate.maker)) continue;
      nInside++;
      for (const row of match) {
        const key = `${row.maker} ${row.token}`;
        net.set(key, (net.get(key) ?? 0n) + (row.isBuy ? row.shares : -row.shares));
      }
    }
    const nOpen = [...net.values()].filter((shares) => shares !== 0n).length;
    expect(rings.length).toBeGreaterThan(0);
    expect((2 * nInside) / OPTIONS.nTrades).toBeGreaterThan(0.015);
    expect((2 * nInside) / OPTIONS.nTrades).toBeLessThan(0.045);
    // Only turns cut off by the end of the period or of the market stay open: two legs each.
    expect(nOpen).toBeLessThanOrEqual(2 * rings.length + 2);
  });

  it('lets copy-traders follow their leader into the same token soon after', () => {
    const copies = new Map(
      readCsv(join(folder, 'truth/wallets.csv'))
        .filter((row) => row.type === 'copy_trader')
        .map((row) => [row.wallet, row.copies]),
    );
    const lastOfLeader = new Map<string, number>();
    let nFollowing = 0;
    let nAsTaker = 0;
    for (const { maker, taker, token, timeS, isBuy } of fills) {
      if (!CONTRACTS.includes(taker)) continue;
      const leader = copies.get(maker);
      if (leader !== undefined) {
        nAsTaker++;
        if (timeS - (lastOfLeader.get(`${leader} ${token} ${isBuy}`) ?? 0) < 900) nFollowing++;
      }
      lastOfLeader.set(`${maker} ${token} ${isBuy}`, timeS);
    }
    expect(nAsTaker).toBeGreaterThan(100);
    expect(nFollowing / nAsTaker).toBeGreaterThan(0.5);
  });
});

describe('simulating again', () => {
  it('gives the same bytes in another process and time zone, and others for another seed', async () => {
    const again = join(root, 'again');
    const code = `
      import { simulateMarket } from ${JSON.stringify(join(import.meta.dirname, '../../simulate/simulate_market.ts'))};
      await simulateMarket(${JSON.stringify(OPTIONS)}, ${JSON.stringify(again)});`;
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      env: { ...process.env, TZ: 'America/Lima' },
    });
    expect(hashFolder(again)).toEqual(hashFolder(folder));
    const other = join(root, 'other');
    await simulateMarket({ ...OPTIONS, nTrades: 2000, seed: 6 }, other);
    expect(readFills(other)[0].maker).not.toBe(fills[0].maker);
  });

  it('writes the same rows as Parquet', async () => {
    const parquet = join(root, 'parquet');
    await simulateMarket({ ...OPTIONS, format: 'parquet' }, parquet);
    const parts = readdirSync(join(parquet, 'raw/goldsky/orderFilled')).sort();
    const frame = pl.concat(parts.map((name) => pl.readParquet(join(parquet, 'raw/goldsky/orderFilled', name))));
    expect(frame.height).toBe(OPTIONS.nTrades);
    expect(frame.columns.join()).toBe(
      'timestamp,maker,makerAssetId,makerAmountFilled,taker,takerAssetId,takerAmountFilled,transactionHash',
    );
    const rows = frame.rows().map((row) => row.join());
    const lines = readFileSync(join(folder, 'raw/goldsky/orderFilled.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(rows).toEqual(lines);
    expect(existsSync(join(parquet, 'raw/goldsky/orderFilled.csv'))).toBe(false);
  });

  it('replaces the folder whole and sweeps up what a killed run left', async () => {
    const target = join(root, 'swap');
    mkdirSync(join(root, 'swap.0badcafe.tmp/raw'), { recursive: true });
    mkdirSync(target);
    writeFileSync(join(target, 'old.csv'), 'old');
    await simulateMarket({ ...OPTIONS, nTrades: 500 }, target);
    expect(readdirSync(target).sort()).toEqual(['marginals.json', 'marginals.md', 'raw', 'truth']);
    expect(readdirSync(root).filter((name) => name.startsWith('swap.'))).toEqual([]);
  });

  it.each([2, 3, 4, 5, 7, 50])('writes exactly %i fills, none of them alone', async (nTrades) => {
    const tiny = join(root, `tiny${nTrades}`);
    await simulateMarket({ ...OPTIONS, nTrades, nWallets: 30, nMarkets: 10, nDays: 3 }, tiny);
    const rows = readFills(tiny);
    expect(rows.length).toBe(nTrades);
    for (const { tx } of rows) expect(rows.filter((row) => row.tx === tx).length).toBeGreaterThanOrEqual(2);
  });
});
