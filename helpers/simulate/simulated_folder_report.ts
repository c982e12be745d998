/** What was simulated, and whether it resembles the published market, in lines. */
import { join } from 'node:path';
import { formatCount } from '../run/console.ts';
import type { SimulatedFolder } from './simulated_folder.ts';

export function presentSimulation({ folder, manifest, result }: SimulatedFolder): { lines: string[] } {
  const { rows, metrics } = manifest;
  const outside = (result?.marginals ?? []).filter(({ applies, isInside }) => applies && !isInside);
  return {
    lines: [
      `${result === null ? 'Up to date' : 'Simulated'}: ${formatCount(rows)} fills in ${join(folder, 'raw')}`,
      `Planted truth: ${join(folder, 'truth')} (for the evaluation of detectors only)`,
      `Published marginals: ${metrics.nInside} of ${metrics.nMarginals} inside their bounds, see ${join(folder, 'marginals.md')}`,
      ...outside.map(
        ({ name, simulated, low, high }) =>
          `  outside: ${name} is ${simulated.toPrecision(3)}, bound ${low} to ${high}`,
      ),
    ],
  };
}
