/** Which spans of time have been fetched whole, which fetches were stopped, and what is still missing. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FETCH_WORDS, type FetchWords } from '../fetch/request.ts';
import type { Window } from '../fetch/source.ts';
import { readCheckpoint } from '../fetch/workspace.ts';

export interface KnownFetch {
  /** Of its folder. */
  readonly name: string;
  readonly words: FetchWords;
  readonly window: Window;
  readonly isFinished: boolean;
}

const REQUEST = z.looseObject({ ...FETCH_WORDS.shape, sinceS: z.number(), untilS: z.number() });

/** Every fetch in a folder of fetches, by its begin. */
export function knownFetches(rawFolder: string): KnownFetch[] {
  const names = existsSync(rawFolder) ? readdirSync(rawFolder) : [];
  return names
    .flatMap((name) => {
      const request = readCheckpoint(join(rawFolder, name))?.request;
      if (request === undefined) return [];
      const { sinceS, untilS, ...words } = REQUEST.parse(request);
      const window = { sinceS, untilS };
      return [{ name, words: FETCH_WORDS.parse(words), window, isFinished: !name.startsWith('.') }];
    })
    .sort((a, b) => a.window.sinceS - b.window.sinceS);
}

/** Whether a fetch tells of all markets. */
export function isOfAll({ words: { markets, wallets } }: KnownFetch): boolean {
  return markets.length + wallets.length === 0;
}

/** The parts of `wanted` that no window covers, in order. */
export function gapsOf(windows: readonly Window[], wanted: Window): Window[] {
  const gaps: Window[] = [];
  let atS = wanted.sinceS;
  for (const { sinceS, untilS } of [...windows].sort((a, b) => a.sinceS - b.sinceS)) {
    if (sinceS > atS && atS < wanted.untilS) gaps.push({ sinceS: atS, untilS: Math.min(sinceS, wanted.untilS) });
    atS = Math.max(atS, untilS);
  }
  if (atS < wanted.untilS) gaps.push({ sinceS: atS, untilS: wanted.untilS });
  return gaps;
}
