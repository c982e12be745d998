import { describe, expect, it } from 'vitest';
import { domainOf } from '../../features/domain.ts';
import { createRandom } from '../../kernels/random.ts';
import { DOMAINS, drawTopic } from '../../simulate/questions.ts';

const END_S = Date.UTC(2026, 1, 14) / 1000;

describe('questions', () => {
  it.each(DOMAINS)('about %s carry tags that put them there', (domain) => {
    const random = createRandom(1);
    for (let i = 0; i < 200; i++) {
      const topic = drawTopic(random, domain, END_S, i % 3 === 0 ? 3 + (i % 6) : 0);
      expect(domainOf(topic.tags, null)?.domain ?? 'other').toBe(domain);
    }
  });

  it('give a group as many different legs as asked', () => {
    const random = createRandom(2);
    for (let i = 0; i < 200; i++) {
      const topic = drawTopic(random, DOMAINS[i % 4], END_S, 3 + (i % 6));
      expect(new Set(topic.legs).size).toBe(3 + (i % 6));
      expect(topic.answers).toEqual(['Yes', 'No']);
    }
  });

  it('set traps for a search by substrings', () => {
    const random = createRandom(3);
    const texts = Array.from({ length: 2000 }, (_, i) =>
      drawTopic(random, DOMAINS[i % 4], END_S, 0).question.toLowerCase(),
    );
    for (const trap of ['whether', 'warriors', 'solar', 'netherlands'])
      expect(texts.some((text) => text.includes(trap))).toBe(true);
  });
});
