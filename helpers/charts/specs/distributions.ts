/** Distributions of one quantity by group, one below the other: median, middle half and middle nine tenths. */
import { quantile } from 'd3-array';
import type { Picture } from '../section.ts';
import { colourScale, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { BY_RANK, pictureOf, rowNames, told } from './parts.ts';
import { AXIS_NUMBERS, short } from './words.ts';

export interface DistributionGroup {
  readonly group: string;
  readonly values: ArrayLike<number>;
}

/** Draws groups in the order given; values that are not finite are left out and counted. */
export function distributionsPicture(groups: readonly DistributionGroup[], valueTitle: string): Picture {
  let nLeftOut = 0;
  const values = groups.flatMap(({ group, values: all }, rank) => {
    const kept = Float64Array.from(all).filter(Number.isFinite);
    nLeftOut += all.length - kept.length;
    if (kept.length === 0) return [];
    const [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => quantile(kept, share)!);
    const name = `${group} (${kept.length.toLocaleString('en-US')})`;
    const words = `${short(p50)}; half in ${short(p25)} to ${short(p75)}; 90 % in ${short(p5)} to ${short(p95)}`;
    return [{ group, rank, name, words, p5, p25, p50, p75, p95 }];
  });
  const note = nLeftOut === 0 ? '' : `${nLeftOut.toLocaleString('en-US')} missing values are not drawn.`;
  if (values.length === 0) return { ...emptyPicture(`No values of ${valueTitle}.`), note };
  const x = {
    type: 'quantitative',
    scale: { type: 'linear', zero: false, nice: false },
    axis: { title: valueTitle, labelExpr: AXIS_NUMBERS, grid: true, tickCount: 6 },
  } as const;
  const color = {
    field: 'group',
    type: 'nominal',
    legend: null,
    scale: colourScale(groups.map(({ group }) => group)),
  } as const;
  const tooltip = [told('name', 'group'), told('words', 'median')];
  return pictureOf(
    {
      height: { step: 44 },
      data: { values },
      encoding: BY_RANK,
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2, yOffset: 9 },
          encoding: { x: { field: 'p5', ...x }, x2: { field: 'p95' }, color, tooltip },
        },
        {
          mark: { type: 'bar', height: 14, yOffset: 9, cornerRadius: 2 },
          encoding: { x: { field: 'p25', ...x }, x2: { field: 'p75' }, color, tooltip },
        },
        {
          mark: { type: 'tick', thickness: 3, height: 18, yOffset: 9, color: NEUTRAL.ink },
          encoding: { x: { field: 'p50', ...x }, tooltip },
        },
        ...rowNames('name', -10),
      ],
    },
    note,
  );
}
