/** `npm run docs`: writes what is made from the code anew: the generated sections of the README and the sbatch files. */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../run/files.ts';
import { sbatchFiles } from '../slurm/sbatch_files.ts';
import { renewReadme } from './readme_sections.ts';

writeFileAtomic('README.md', renewReadme(readFileSync('README.md', 'utf8')));
for (const [path, text] of sbatchFiles()) writeFileAtomic(path, text);
