/** What is drawn where there is nothing to draw. */
import type { Picture } from '../section.ts';
import { NEUTRAL } from '../theme.ts';
import { pictureOf } from './parts.ts';

/** A flat picture with one sentence in it. */
export function emptyPicture(sentence: string): Picture {
  return pictureOf({
    height: 60,
    data: { values: [{ sentence }] },
    mark: { type: 'text', fontSize: 13, color: NEUTRAL.muted },
    encoding: { text: { field: 'sentence', type: 'nominal' } },
  });
}
