/** Whether probabilities mean what they say, in a line and in a picture. */
import { type ChartBlock, chartBlock } from '../charts/section.ts';
import { linesPicture } from '../charts/specs/lines.ts';
import type { CalibrationCurves } from './calibration.ts';

export function formatCalibration({ model, priceOnly }: CalibrationCurves): string {
  return `Mean distance of probabilities from what came true: model ${model.error.toFixed(3)}, price only ${priceOnly.error.toFixed(3)}.`;
}

/** @param where which fills it shows, with a comma before it, or nothing */
export function calibrationBlock({ model, priceOnly }: CalibrationCurves, where = ''): ChartBlock {
  return chartBlock(
    'reliability',
    `How often label 1 came true (y) where a probability was predicted (x)${where}, in ${model.points.length} groups of equal size; on the dashed line probabilities mean what they say.`,
    linesPicture(
      [
        { name: 'model', points: model.points },
        { name: 'price only', points: priceOnly.points },
      ],
      {
        xTitle: 'predicted probability',
        yTitle: 'share of label 1',
        hasDiagonal: true,
        xFormat: '.0%',
        yFormat: '.0%',
      },
    ),
  );
}
