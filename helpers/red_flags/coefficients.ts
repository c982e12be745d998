/** What `npm run bench -- red_flags` has learnt, and from what. It writes coefficients.json: make that again, do not edit it. */
import { fileURLToPath } from 'node:url';
import { readJson } from '../run/files.ts';
import type { RedFlagModel } from './score.ts';

/** How the evidence of planted insiders of one style is spread. */
export interface StyleSample {
  readonly style: string;
  readonly medianUsd: number;
  /** Share of its wallets whose stake is below the floor: never ranked. */
  readonly shareUnderFloor: number;
  /** Evidence of the others in bits: evenly spaced quantiles, rising. */
  readonly bits: readonly number[];
}

export interface TrainedRedFlags extends RedFlagModel {
  /** The command that makes this file again. */
  readonly madeBy: string;
  readonly backgrounds: readonly { readonly name: string; readonly weight: number; readonly nWallets: number }[];
  readonly seed: number;
  readonly floorUsd: number;
  readonly ridge: number;
  readonly styles: readonly StyleSample[];
}

export const COEFFICIENTS = readJson(fileURLToPath(new URL('./coefficients.json', import.meta.url))) as TrainedRedFlags;
