import { expect, it } from 'vitest';
import { type FlowBox, flowPicture } from '../../../charts/specs/flow.ts';
import { textWidthPx } from '../../../charts/text_width.ts';

interface Layers {
  readonly layer: readonly {
    readonly mark: { readonly type: string; readonly fontSize?: number };
    readonly data: { readonly values: readonly { id: string; left: number; right: number }[] };
  }[];
}

it('keeps the longest name of a table within its box when the tables stand in six columns', () => {
  const names = ['a', 'b', 'c', 'd', 'e', '13_training_rebalanced'];
  const boxes: FlowBox[] = names.map((id, i) => ({
    id,
    content: '62 rows',
    madeOf: names.slice(Math.max(0, i - 1), i),
    detail: '',
  }));
  const { layer } = flowPicture(boxes).spec as unknown as Layers;
  const text = layer.find(({ mark }) => mark.type === 'text')!;
  const box = text.data.values.find(({ id }) => id === '13_training_rebalanced')!;
  expect(textWidthPx(box.id, text.mark.fontSize!) * 1.1).toBeLessThan((box.right - box.left) * 760);
  expect(text.mark.fontSize).toBeGreaterThan(6);
});
