/** How 16_trade_predictions were made, from their manifest: what is measured with them must be of the same kind. */
import { z } from 'zod';
import { TARGETS, type TargetSettings } from '../features/trades/targets.ts';
import { InputError } from '../run/errors.ts';
import { TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import { CALIBRATIONS } from './calibrated_boosting.ts';
import type { ModelSettings } from './model_options.ts';

const settingsSchema = z.object({
  horizonMs: z.number().positive(),
  target: z.object({ kind: z.enum(TARGETS), threshold: z.number() }),
  split: z.object({
    nFolds: z.number(),
    embargoMs: z.number(),
    warmupFraction: z.number(),
    validationFraction: z.number(),
    heldOutParts: z.number(),
  }),
  boosting: z.object({ nRounds: z.number(), maxDepth: z.number(), calibration: z.enum(CALIBRATIONS) }),
  fitRowsMax: z.number(),
  model: z.string().nullable(),
});

export interface PredictionSettings extends TargetSettings, ModelSettings {
  /** Hash of a model made elsewhere that was scored instead of one trained here, or null. */
  readonly model: string | null;
}

/** @throws InputError 'bad-schema' when the manifest does not tell, as that of an earlier version does not */
export function predictionSettings(predictions: Table): PredictionSettings {
  const parsed = settingsSchema.safeParse(predictions.manifest.options);
  if (parsed.success) return parsed.data;
  throw new InputError(
    'bad-schema',
    `the manifest of table ${TRADE_PREDICTIONS.folder} does not tell how its predictions were made`,
    `make them again: ${TRADE_PREDICTIONS.madeBy}`,
  );
}
