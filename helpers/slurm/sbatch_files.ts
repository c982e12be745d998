/** The sbatch file of every step, made from pipeline.ts; `npm run docs` writes them and a test keeps them in step. */
import { STEPS, type Step } from '../pipeline.ts';
import { tableRequest } from './resources.ts';

/** Folder of the sbatch files, below the project. */
const SBATCH_FOLDER = 'slurm';
/** Folder of logs and records of runs, below the project. It is in git, empty: a job whose log folder is missing just dies. */
export const RUNS_FOLDER = `${SBATCH_FOLDER}/runs`;
/** Seconds before the time limit at which a step is asked to end; SLURM may ask up to 60 s earlier. */
const WARNING_S = 90;

/** `slurm/01_build_features_polars.sbatch` */
export function sbatchPath(step: Step): string {
  return `${SBATCH_FOLDER}/${step.script.split('/')[1].replace(/\.ts$/, '')}.sbatch`;
}

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  build_features: [
    '--as-of 2026-01-01',
    '--array=1-8 FILE --chunk {task}/8',
    '--dependency=afterok:<that job> FILE --merge',
  ],
  import_trades: [
    '--input raw/',
    '--array=1-8 FILE --input raw/ --chunk {task}/8',
    '--dependency=afterok:<that job> FILE --input raw/ --merge',
  ],
};

function usage(step: Step): string[] {
  const examples = EXAMPLES[step.id] ?? ['--data-dir data'];
  return examples.map((words) =>
    words.includes('FILE')
      ? `sbatch ${words.replace('FILE', sbatchPath(step))}`
      : `sbatch ${sbatchPath(step)} ${words}`,
  );
}

/** The text of a step's sbatch file. Options on sbatch's command line and SBATCH_… variables win over its header. */
function sbatchText(step: Step): string {
  const { cpus, memoryMib, minutes } = tableRequest(step);
  return `#!/usr/bin/env bash
# ${step.question}
#
${usage(step)
  .map((line) => `#   ${line}`)
  .join('\n')}
#
# Memory and time are for 100 million fills. Made from helpers/pipeline.ts by \`npm run docs\`: change it there.
#SBATCH --job-name=${step.id}
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${cpus}
#SBATCH --mem=${memoryMib}M
#SBATCH --time=${minutes}
#SBATCH --output=${RUNS_FOLDER}/%x_%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@${WARNING_S}
set -euo pipefail
script=${step.script}

# sbatch runs a copy of this file, so the checkout is looked for from the folder where the job starts: that of sbatch, or --chdir.
root=\${SPYHOP_ROOT:-$PWD}
until [[ -f $root/helpers/slurm/run_step.sh ]]; do
  if [[ $root != */* || $root == / ]]; then
    echo "error: no checkout of Spyhop at or above $PWD; submit from there, or name it with --chdir or SPYHOP_ROOT" >&2
    exit 2
  fi
  root=$(dirname "$root")
done
source "$root/helpers/slurm/run_step.sh"
run_step "$@"
`;
}

/** Path to text of every sbatch file. */
export function sbatchFiles(): Map<string, string> {
  return new Map(STEPS.map((step) => [sbatchPath(step), sbatchText(step)]));
}
