/** The bench of the ablation as one picture: what each step claims on average on markets of two kinds. */
import type { Picture } from '../../charts/section.ts';
import { type IntervalMark, intervalsPicture } from '../../charts/specs/intervals.ts';
import type { Mean, WorldSummary } from './summary.ts';

const NAMES: Readonly<Record<string, string>> = {
  null: 'no informed flow',
  planted: 'planted insiders',
};

function mark(name: string, series: string, figure: Mean, nSeeds: number): IntervalMark {
  const { mean, low, high } = figure;
  return { name, series, value: mean, low: low ?? Number.NaN, high: high ?? Number.NaN, words: `${nSeeds} markets` };
}

/** Mean return of the 1 % highest probabilities at each step, with 95 % intervals over seeds. */
export function ablationBenchPicture(summaries: readonly WorldSummary[]): Picture {
  const marks = summaries[0].steps.flatMap((_, step) =>
    summaries.map(({ world, n_seeds, steps }) =>
      mark(`${step} ${steps[step].name}`, NAMES[world] ?? world, steps[step].model_return_top, n_seeds),
    ),
  );
  return intervalsPicture(marks, {
    xTitle: 'mean return per USD of the 1 % highest probabilities, as the step reckons it',
    xFormat: '.0%',
    domain: [-0.25, 1],
    level: { x: 0, label: 'break-even' },
  });
}
