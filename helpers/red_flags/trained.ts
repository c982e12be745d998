/** What `npm run bench -- red_flags` learns, and what it was learnt from. */
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
