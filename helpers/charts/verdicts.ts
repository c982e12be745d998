/** Verdicts as people read them: one short sentence, and the rest for those who ask. */
import type { Block, ReportSection, VerdictBlock } from './section.ts';

/** Words that a verdict may have. */
const VERDICT_WORDS_MAX = 25;

/** Between two sentences: white space after the end of one, before a capital; or a line break. */
const SENTENCE_BREAK = /(?<=[.!?])\s+(?=\p{Lu})|\s*\n\s*/u;

/** The first sentence of a text, and the sentences after it. */
export function leadOf(text: string): { lead: string; rest: string[] } {
  const [lead, ...rest] = text.split(SENTENCE_BREAK);
  return { lead, rest };
}

function verdictsOf(blocks: readonly Block[]): VerdictBlock[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'details') return verdictsOf(block.blocks);
    return block.kind === 'verdict' ? [block] : [];
  });
}

/**
 * What is wrong with the verdicts of some sections, a line each: those of more than one sentence, or of more than 25 words.
 * @public the tests hold every section of a report to it
 */
export function verdictFaults(sections: readonly ReportSection[]): string[] {
  return sections.flatMap(({ id, blocks }) =>
    verdictsOf(blocks).flatMap(({ text }) => {
      const nWords = text.trim().split(/\s+/).length;
      const nSentences = 1 + leadOf(text).rest.length;
      if (nWords <= VERDICT_WORDS_MAX && nSentences === 1) return [];
      return [`${id}: ${nWords} words in ${nSentences} sentences: ${text}`];
    }),
  );
}
