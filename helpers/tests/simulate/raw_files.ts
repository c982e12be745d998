/** Reads what the simulator wrote, the slow and simple way. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const CONTRACTS = ['0x4bfb41d5b3570defd03c39a9a4d8de6bd8b8982e', '0xc5d563a36ae78145c45a50134d48a1215220f80a'];

export interface Fill {
  readonly timeS: number;
  readonly maker: string;
  readonly taker: string;
  readonly token: string;
  readonly isBuy: boolean;
  readonly usd: bigint;
  readonly shares: bigint;
  readonly tx: string;
}

/** The lines of a CSV file as objects; quoted fields may hold commas. */
export function readCsv(path: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const fields = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) =>
      match[1].replace(/^"(.*)"$/, '$1').replaceAll('""', '"'),
    );
    return Object.fromEntries(names.map((name, i) => [name, fields[i]]));
  });
}

export function readFills(folder: string): Fill[] {
  const lines = readFileSync(join(folder, 'raw/goldsky/orderFilled.csv'), 'utf8').trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const [time, maker, makerAsset, makerAmount, taker, takerAsset, takerAmount, tx] = line.split(',');
    const isBuy = makerAsset === '0';
    const [usd, shares] = isBuy ? [makerAmount, takerAmount] : [takerAmount, makerAmount];
    return {
      timeS: Number(time),
      maker,
      taker,
      token: isBuy ? takerAsset : makerAsset,
      isBuy,
      usd: BigInt(usd),
      shares: BigInt(shares),
      tx,
    };
  });
}

export interface Market {
  readonly id: string;
  readonly question: string;
  readonly closed: boolean;
  readonly negRisk: boolean;
  readonly eventId: string;
  readonly tokens: readonly [string, string];
  readonly prices: readonly [string, string];
  readonly volume: number;
  readonly startS: number;
  readonly closedS: number | null;
}

export function readMarkets(folder: string): Market[] {
  const lines = readFileSync(join(folder, 'raw/gamma_markets.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const m = JSON.parse(line);
    return {
      id: m.id,
      question: m.question,
      closed: m.closed,
      negRisk: m.negRisk,
      eventId: m.events[0].id,
      tokens: JSON.parse(m.clobTokenIds),
      prices: JSON.parse(m.outcomePrices),
      volume: Number(m.volume),
      startS: Date.parse(m.startDate) / 1000,
      closedS: m.closedTime === undefined ? null : Date.parse(`${m.closedTime.replace(' ', 'T')}:00`) / 1000,
    };
  });
}

/** Relative path and SHA-256 of every file below the folder, sorted. */
export function hashFolder(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return names.map(
    (path) => `${relative(folder, path)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
  );
}
