/** Scatter plot of many points by kind, with tooltips; beyond a few thousand points a stratified, seeded sample. */
import { createRandom } from '../../kernels/random.ts';
import type { Picture } from '../section.ts';
import { colourScale } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import type { AxisScale } from './histogram.ts';
import { pictureOf, told } from './parts.ts';
import { AXIS_NUMBERS } from './words.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Kind of wallet; decides the colour. */
  readonly group: string;
  /** What the tooltip says, by title. */
  readonly tooltip?: Readonly<Record<string, string | number>>;
}

export interface ScatterLabels {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xScale?: AxisScale;
  readonly yScale?: AxisScale;
  /** Draws no axis at all, for maps whose coordinates mean nothing (t-SNE). */
  readonly isMap?: boolean;
  readonly nMax?: number;
  readonly seed?: number;
}

const MAX_POINTS = 4000;

/** Indices of a sample that keeps small groups whole as far as each group's equal share goes, in the order given. */
function sampleByGroup(points: readonly ScatterPoint[], nMax: number, seed: number): number[] {
  if (points.length <= nMax) return points.map((_, i) => i);
  const byGroup = new Map<string, number[]>();
  for (const [i, point] of points.entries()) {
    const members = byGroup.get(point.group);
    if (members === undefined) byGroup.set(point.group, [i]);
    else members.push(i);
  }
  const random = createRandom(seed);
  const groups = [...byGroup.values()].sort((a, b) => a.length - b.length);
  let left = nMax;
  const chosen = groups.flatMap((members, g) => {
    const n = Math.min(members.length, Math.floor(left / (groups.length - g)));
    left -= n;
    return random.sample(members, n);
  });
  return chosen.sort((a, b) => a - b);
}

/** Draws points; those without finite coordinates (or not above 0 on a log axis) are left out and counted in the note. */
export function scatterPicture(points: readonly ScatterPoint[], labels: ScatterLabels): Picture {
  const { xScale = 'linear', yScale = 'linear', isMap = false, nMax = MAX_POINTS, seed = 1 } = labels;
  const fits = (value: number, scale: AxisScale): boolean =>
    Number.isFinite(value) && (scale === 'linear' || value > 0);
  const drawable = points.filter((point) => fits(point.x, xScale) && fits(point.y, yScale));
  const nLeftOut = points.length - drawable.length;
  const notes = nLeftOut === 0 ? [] : [`${nLeftOut.toLocaleString('en-US')} points without a place are not drawn.`];
  if (drawable.length === 0) return { ...emptyPicture('No points to draw.'), note: notes.join(' ') };
  const sample = sampleByGroup(drawable, nMax, seed);
  if (sample.length < drawable.length)
    notes.push(
      `A sample of ${sample.length.toLocaleString('en-US')} of ${drawable.length.toLocaleString('en-US')} points is drawn; small groups are kept as whole as possible, so densities of different groups do not compare.`,
    );
  const titles = [...new Set(sample.flatMap((i) => Object.keys(drawable[i].tooltip ?? {})))];
  const values = sample.map((i) => {
    const { x, y, group, tooltip } = drawable[i];
    const told = Object.fromEntries(titles.map((title, k) => [`t${k}`, tooltip?.[title] ?? null]));
    return { x: Number(x.toPrecision(5)), y: Number(y.toPrecision(5)), group, ...told };
  });
  const scale = colourScale(drawable.map((point) => point.group));
  const axis = (title: string) => (isMap ? null : { title, labelExpr: AXIS_NUMBERS, grid: true, tickCount: 6 });
  return pictureOf(
    {
      height: 380,
      data: { values },
      mark: {
        type: 'circle',
        size: sample.length > 1000 ? 16 : 36,
        opacity: sample.length > 1000 ? 0.6 : 0.75,
      },
      encoding: {
        x: { field: 'x', type: 'quantitative', scale: { type: xScale, zero: false }, axis: axis(labels.xTitle) },
        y: { field: 'y', type: 'quantitative', scale: { type: yScale, zero: false }, axis: axis(labels.yTitle) },
        color: { field: 'group', type: 'nominal', scale, ...(scale.domain.length === 1 ? { legend: null } : {}) },
        tooltip: [
          told('group', 'kind'),
          ...titles.map((title, k) => ({ field: `t${k}`, type: 'nominal', title }) as const),
        ],
      },
    },
    notes.join(' '),
  );
}
