import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEvent } from '../../stream/events.ts';
import { marketEvent, quietStream } from './made_up_stream.ts';

const [good] = quietStream(1);

test('events come out as they were put in', () => {
  for (const event of [good, marketEvent('M'), { kind: 'tick', received_ms: 5 }])
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
});

test('a trade in which any field is missing or is something else is no event', () => {
  const others = fc.oneof(fc.constantFrom(null, '', 'x', -1, 2, true, [], {}), fc.constant(undefined));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(good)), others, (name, value) => {
      const isGood =
        (name === 'wallet' && (value === null || typeof value === 'string')) ||
        (['received_ms', 'ts_ms', 'seq'].includes(name) && typeof value === 'number') ||
        (name === 'contracts' && value === 2) ||
        (['trade_id', 'market_id'].includes(name) && value === 'x');
      const line = JSON.stringify({ ...good, [name]: value });
      if (isGood) expect(parseEvent(line)).toEqual(JSON.parse(line));
      else expect(() => parseEvent(line)).toThrow();
    }),
  );
});

test.each(['', '{', 'null', '[]', '5', '{"kind":"order"}'])('%j is no event', (line) => {
  expect(() => parseEvent(line)).toThrow();
});
