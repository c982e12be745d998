import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GENERATED_SECTIONS, renewSections } from '../../docs/generated_sections.ts';
import { STEPS } from '../../pipeline.ts';

describe('the READMEs', () => {
  it.each(Object.keys(GENERATED_SECTIONS))(
    '%s shows its generated sections as they are in the code (npm run docs renews them)',
    (path) => {
      const text = readFileSync(path, 'utf8');
      expect(renewSections(path, text)).toBe(text);
    },
  );

  it('refuses to renew a text that has lost a marker', () => {
    const text = readFileSync('README.md', 'utf8');
    expect(() => renewSections('README.md', text.replace('<!-- pipeline:end -->', ''))).toThrow('pipeline');
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
