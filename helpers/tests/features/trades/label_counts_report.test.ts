import { expect, test } from 'vitest';
import { presentLabels } from '../../../features/trades/label_counts_report.ts';

test('fills without a label are said with what they lack, in words', () => {
  const counts = {
    known: 4,
    'after the resolution': 0,
    'void market': 0,
    'horizon beyond the data': 1,
    'no later trade within the horizon': 5,
    'price 0 or 1': 0,
  };
  const settings = { target: { kind: 'roi', threshold: 0.05 }, horizonMs: 6 * 3_600_000 };
  const [line] = presentLabels({ counts }, { settings } as unknown as Parameters<typeof presentLabels>[1]).lines;
  expect(line).toMatch(
    /: 4 known; without one: 1 whose horizon ends after the data, 5 with no later trade within the horizon\.$/,
  );
});
