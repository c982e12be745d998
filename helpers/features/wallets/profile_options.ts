/** The options of 01: as of when, and whether in chunks. */
import { chunkOptions } from '../../run/chunks.ts';
import type { OptionSpecs } from '../../run/options.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import { AS_OF_OPTION } from './as_of.ts';

export const PROFILE_OPTIONS = {
  'as-of': AS_OF_OPTION,
  ...chunkOptions('sum only', 'profiles', `${WALLET_PROFILES.folder}.chunks`),
} as const satisfies OptionSpecs;
