/** `npm run docs`: writes the generated sections of the README anew. */
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../run/files.ts';
import { renewReadme } from './readme_sections.ts';

writeFileAtomic('README.md', renewReadme(readFileSync('README.md', 'utf8')));
