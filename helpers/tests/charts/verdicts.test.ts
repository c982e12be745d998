import { expect, it } from 'vitest';
import type { ReportSection } from '../../charts/section.ts';
import { leadOf, verdictFaults } from '../../charts/verdicts.ts';

it('takes the first sentence of a text, and no number or abbreviation for its end', () => {
  expect(leadOf('Silhouette 0.18 against .14 (p = 0.005). The gap wants one.\nBy label: 3.')).toEqual({
    lead: 'Silhouette 0.18 against .14 (p = 0.005).',
    rest: ['The gap wants one.', 'By label: 3.'],
  });
  expect(leadOf('The gap (Tibshirani et al. 2001) wants 3.5 groups.').rest).toEqual([]);
  expect(leadOf('Zwei. Élan? Ja')).toEqual({ lead: 'Zwei.', rest: ['Élan?', 'Ja'] });
});

it('names the verdicts that are no single sentence of at most 25 words, the folded ones too', () => {
  const words = (n: number): string => Array.from({ length: n }, (_, i) => `w${i}`).join(' ');
  const section: ReportSection = {
    id: 'own',
    order: 1,
    title: 'Own',
    blocks: [
      { kind: 'verdict', text: `${words(25)}` },
      { kind: 'paragraph', text: words(99) },
      { kind: 'details', summary: 'More', blocks: [{ kind: 'verdict', text: `${words(26)}` }] },
      { kind: 'verdict', text: 'Short. But two.', details: words(99) },
    ],
  };
  expect(verdictFaults([section])).toEqual([
    `own: 26 words in 1 sentences: ${words(26)}`,
    'own: 3 words in 2 sentences: Short. But two.',
  ]);
});
