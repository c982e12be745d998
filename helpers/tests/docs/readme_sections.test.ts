import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renewReadme } from '../../docs/readme_sections.ts';
import { STEPS } from '../../pipeline.ts';

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8');

  it('shows the pipeline, the formats and the data dictionary as they are in the code (npm run docs renews them)', () => {
    expect(renewReadme(readme)).toBe(readme);
  });

  it('refuses to renew a text that has lost a marker', () => {
    expect(() => renewReadme(readme.replace('<!-- dictionary:end -->', ''))).toThrow('dictionary');
  });

  it('names only scripts that exist', () => {
    const named = [...readme.matchAll(/[1-6]_\w+\/[\w-]+\.ts/g)].map(([path]) => path);
    expect(named.filter((path) => !existsSync(path) && !STEPS.some((step) => step.script === path))).toEqual([]);
  });
});

describe('pipeline.ts', () => {
  it('has a script for every step', () => {
    expect(STEPS.filter((step) => !existsSync(step.script)).map((step) => step.script)).toEqual([]);
  });

  it('lists steps so that each reads only what an earlier one writes', () => {
    const made = new Set<string>();
    for (const step of STEPS.filter((s) => s.inGraph)) {
      for (const folder of step.reads) expect(made, `${step.id} reads ${folder}`).toContain(folder);
      for (const folder of step.writes) made.add(folder);
    }
  });
});
