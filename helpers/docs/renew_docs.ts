/**
 * `npm run docs`: writes what is made from the code anew: the data dictionary, the generated sections of READMEs, the sbatch files.
 *
 * The picture of README.md is made by hand, after `npm start`: chromium --headless --no-sandbox --hide-scrollbars
 * --window-size=860,760 --screenshot=helpers/docs/report.png data/reports/report.html
 */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../run/files.ts';
import { sbatchFiles } from '../slurm/sbatch_files.ts';
import { DASHBOARD_PATH, dashboardJson } from './dashboard.ts';
import { DICTIONARY_PATH, dataDictionary } from './data_dictionary.ts';
import { GENERATED_SECTIONS, renewSections } from './generated_sections.ts';

writeFileAtomic(DICTIONARY_PATH, dataDictionary());
writeFileAtomic(DASHBOARD_PATH, dashboardJson());
for (const path of Object.keys(GENERATED_SECTIONS))
  writeFileAtomic(path, renewSections(path, readFileSync(path, 'utf8')));
for (const [path, text] of sbatchFiles()) writeFileAtomic(path, text);
