import { expect, it } from 'vitest';
import type { MessageBus } from '../../bus/message_bus.ts';
import { openBus } from '../../bus/open_bus.ts';
import { createPatientPublisher, publishToAll } from '../../bus/patient_publisher.ts';
import { InputError } from '../../run/errors.ts';

const onFault = (error: unknown): never => {
  throw error;
};

/** A bus whose broker is away for the first calls of publish. */
async function busThatIsAway(nCalls: number): Promise<{ bus: MessageBus; all: () => Promise<string[]> }> {
  const bus = await openBus('memory:', { onDown: () => undefined });
  let n = 0;
  const publish: MessageBus['publish'] = async (queue, bodies) => {
    if (n++ < nCalls) throw new InputError('no-answer', 'RabbitMQ: it is away', 'start it');
    await bus.publish(queue, bodies);
  };
  const all = async (): Promise<string[]> => {
    const source = await bus.open('q', { prefetch: 1e6, onDown: () => undefined });
    const messages = await source.take(1e6, 100);
    await source.close();
    return messages.map(({ body }) => body);
  };
  return { bus: { publish, open: bus.open, state: bus.state, close: bus.close }, all };
}

it('loses nothing while the broker is away, keeps the order, and says what waits and when it is over', async () => {
  const { bus, all } = await busThatIsAway(3);
  const lines: string[] = [];
  const publisher = createPatientPublisher(bus, 'q', {
    nMax: 100,
    lingerMs: 1,
    warn: (line) => lines.push(line),
    onFault,
  });
  expect(publisher.offer(['1', '2'])).toBe(true);
  await new Promise((done) => setTimeout(done, 20));
  expect(publisher.offer(['3'])).toBe(true);
  expect(publisher.nWaiting).toBe(3);
  await publisher.flush();
  expect(publisher.nWaiting).toBe(0);
  expect(await all()).toEqual(['1', '2', '3']);
  expect(lines[0]).toBe('2 messages wait for queue q: RabbitMQ: it is away');
  expect(lines.at(-1)).toMatch(/^queue q takes messages again after .*; 0 still wait$/);
});

it('refuses whole offers when its memory is full, and takes them again later', async () => {
  const { bus, all } = await busThatIsAway(2);
  const publisher = createPatientPublisher(bus, 'q', { nMax: 3, lingerMs: 1, warn: () => undefined, onFault });
  expect(publisher.offer(['1', '2'])).toBe(true);
  expect(publisher.offer(['3', '4'])).toBe(false);
  expect(publisher.offer(['3'])).toBe(true);
  await publisher.flush();
  expect(publisher.offer(['4'])).toBe(true);
  await publisher.flush();
  expect(await all()).toEqual(['1', '2', '3', '4']);
});

it('gives the same lines to two queues, or to none when one of them is full', async () => {
  const { bus, all } = await busThatIsAway(0);
  const options = { lingerMs: 1, warn: () => undefined, onFault };
  const away = await busThatIsAway(1e9);
  const [one, other] = [
    createPatientPublisher(bus, 'q', { ...options, nMax: 2 }),
    createPatientPublisher(away.bus, 'other', { ...options, nMax: 2 }),
  ];
  const both = publishToAll([one, other]);
  expect([both.offer(['1', '2']), both.offer(['3'])]).toEqual([true, false]);
  expect(both.nWaiting).toBe(2);
  await one.flush();
  expect(await all()).toEqual(['1', '2']);
  both.close();
});
