/** What every message bus must do, whatever it is made of. */
import { afterEach, expect, it } from 'vitest';
import { type Consumer, consume, type Handling } from '../../bus/consume.ts';
import { defaultLimits, type Message, type MessageBus, type QueueLimits } from '../../bus/message_bus.ts';
import { DAY_MS } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';

export interface BusOfTest {
  /** Opens the same bus once more, as another process would. */
  open(options?: { limitsOf?: (queue: string) => QueueLimits; nConsumersEnded?: number }): Promise<MessageBus>;
  /** A name that no other test uses. */
  queue(): string;
}

const bodiesOf = (messages: readonly Message[]): string[] => messages.map(({ body }) => body);
/** Publishes each by itself: what is published together may be counted, and come again, together. */
async function publishSingly(bus: MessageBus, queue: string, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) await bus.publish(queue, [body]);
}
const numbered = (n: number, first = 0): string[] => Array.from({ length: n }, (_, i) => `{"i":${first + i}}`);

export async function until(isTrue: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const endMs = performance.now() + ms; !(await isTrue()); ) {
    if (performance.now() > endMs) throw new Error('it never came true');
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Reads `n` messages within some seconds. */
async function takeAll(
  bus: MessageBus,
  queue: string,
  n: number,
): Promise<{ messages: Message[]; close: () => Promise<void> }> {
  const source = await bus.open(queue, { prefetch: 10_000, onDown: () => undefined });
  const messages: Message[] = [];
  const endMs = performance.now() + 10_000;
  while (messages.length < n && performance.now() < endMs) messages.push(...(await source.take(1000, 100)));
  return { messages, close: () => source.close() };
}

/** @param start what is under test, for one test */
export function busConformance(start: () => Promise<BusOfTest>): void {
  const open: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const warnings: string[] = [];
  const read = async (
    bus: MessageBus,
    queue: string,
    handling: Partial<Handling> & Pick<Handling, 'handle'>,
  ): Promise<Consumer> =>
    kept(
      await consume(bus, queue, { prefetch: 1000, nPerBatch: 100, warn: (line) => warnings.push(line), ...handling }),
    );

  it('hands out what was published in order, once each', async () => {
    const test = await start();
    const queue = test.queue();
    const [writer, reader] = [kept(await test.open()), kept(await test.open())];
    const seen: string[] = [];
    await read(reader, queue, { handle: (messages) => void seen.push(...bodiesOf(messages)) });
    for (let first = 0; first < 1000; first += 100) await writer.publish(queue, numbered(100, first));
    await until(() => seen.length >= 1000);
    expect(seen).toEqual(numbered(1000));
    await until(async () => (await writer.state(queue)).waiting === 0);
    expect(await writer.state(queue)).toEqual({ waiting: 0, dead: 0 });
  });

  it('keeps what no reader has taken, also when everybody has left', async () => {
    const test = await start();
    const queue = test.queue();
    const writer = await test.open();
    await publishSingly(writer, queue, numbered(20));
    expect((await writer.state(queue)).waiting).toBe(20);
    await writer.publish(queue, numbered(30, 20));
    expect((await writer.state(queue)).waiting).toBeGreaterThan(20);
    await writer.close();
    const { messages, close } = await takeAll(kept(await test.open()), queue, 50);
    expect(bodiesOf(messages)).toEqual(numbered(50));
    await close();
  });

  it('hands out again what was taken and not acknowledged, and nothing that was', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open());
    await publishSingly(bus, queue, numbered(10));
    const source = await bus.open(queue, { prefetch: 100, onDown: () => undefined });
    let taken: readonly Message[] = [];
    while (taken.length < 10) taken = [...taken, ...(await source.take(100, 100))];
    source.ack(taken[3]);
    await until(async () => (await bus.state(queue)).waiting <= 6);
    await source.close();
    const { messages, close } = await takeAll(bus, queue, 6);
    expect(bodiesOf(messages)).toEqual(numbered(6, 4));
    await close();
  });

  it('loses nothing of what was published together when only a part of it is acknowledged', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open());
    await bus.publish(queue, numbered(1000));
    const source = await bus.open(queue, { prefetch: 2000, onDown: () => undefined });
    let taken: readonly Message[] = [];
    while (taken.length < 700) taken = [...taken, ...(await source.take(100, 100))];
    source.ack(taken[699]);
    await source.close();
    const { messages, close } = await takeAll(bus, queue, 300);
    expect(bodiesOf(messages).slice(-300)).toEqual(numbered(300, 700));
    messages.length = 0;
    await close();
  });

  it('hands out no more than the prefetch before something is acknowledged', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open());
    await bus.publish(queue, numbered(100));
    const source = kept(await bus.open(queue, { prefetch: 10, onDown: () => undefined }));
    let taken: readonly Message[] = [];
    for (const endMs = performance.now() + 500; performance.now() < endMs; )
      taken = [...taken, ...(await source.take(100, 50))];
    expect(bodiesOf(taken)).toEqual(numbered(10));
    source.ack(taken[9]);
    await until(async () => {
      taken = [...taken, ...(await source.take(100, 50))];
      return taken.length >= 20;
    });
    expect(bodiesOf(taken)).toEqual(numbered(20));
  });

  it('puts a message that fails five times into dead.<queue>, says so, and goes on', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open());
    const seen: string[] = [];
    const dead: string[] = [];
    let nFailures = 0;
    warnings.length = 0;
    await read(bus, queue, {
      handle: (messages) => {
        for (const { body } of messages) {
          if (body.includes('bad')) {
            if (messages.length === 1) nFailures++;
            throw new TypeError('it cannot be read');
          }
          seen.push(body);
        }
      },
      onDead: ({ body }, why) => dead.push(`${body} ${why}`),
    });
    await bus.publish(queue, [...numbered(3), 'bad', ...numbered(3, 3)]);
    await until(() => seen.includes('{"i":5}'));
    expect(nFailures).toBe(5);
    expect(dead).toEqual(['bad it cannot be read']);
    expect([...new Set(seen)]).toEqual(numbered(6));
    expect(warnings.join('\n')).toContain(`dead.${queue}`);
    await until(async () => (await bus.state(queue)).waiting === 0);
    expect((await bus.state(queue)).dead).toBe(1);
    const { messages, close } = await takeAll(bus, `dead.${queue}`, 1);
    expect(bodiesOf(messages)).toEqual(['bad']);
    await close();
  });

  it('tries as long as it takes where the world is at fault, and no message is dead', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open());
    let nTries = 0;
    const seen: string[] = [];
    await read(bus, queue, {
      handle: (messages) => {
        if (nTries++ < 6) throw new InputError('disk-full', 'no room left', 'make room');
        seen.push(...bodiesOf(messages));
      },
    });
    await bus.publish(queue, numbered(1));
    await until(() => seen.length > 0);
    expect(nTries).toBe(7);
    expect((await bus.state(queue)).dead).toBe(0);
  });

  it('acknowledges only what is settled: a reader that dies before leaves it for the next', async () => {
    const test = await start();
    const queue = test.queue();
    const [writer, first] = [kept(await test.open()), await test.open()];
    await writer.publish(queue, numbered(20));
    let nHandled = 0;
    const settle = { work: () => Promise.reject(new InputError('busy', 'not now', 'later')), everyMs: 0 };
    const reader = await consume(first, queue, {
      prefetch: 100,
      nPerBatch: 5,
      handle: (messages) => {
        nHandled += messages.length;
      },
      settle,
      warn: () => undefined,
    });
    await until(() => nHandled > 0);
    await reader.close();
    await first.close();
    const { messages, close } = await takeAll(writer, queue, 20);
    expect(bodiesOf(messages)).toEqual(numbered(20));
    await close();
  });

  it('refuses what goes beyond the limit of a queue until there is room again', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open({ limitsOf: (name) => ({ ...defaultLimits(name), nMax: 10 }) }));
    await expect(
      (async () => {
        for (let i = 0; i < 40; i++) await bus.publish(queue, numbered(1, i));
      })(),
    ).rejects.toThrow(`queue ${queue} is full`);
    const seen: string[] = [];
    await read(bus, queue, { handle: (messages) => void seen.push(...bodiesOf(messages)) });
    await until(async () => (await bus.state(queue)).waiting === 0);
    await until(async () => {
      await bus.publish(queue, ['"again"']).catch(() => undefined);
      return seen.includes('"again"');
    });
  });

  it('lets the oldest go where a queue is for looking at later', async () => {
    const test = await start();
    const queue = `dead.${test.queue()}`;
    const bus = kept(await test.open({ limitsOf: (name) => ({ ...defaultLimits(name), nMax: 10 }) }));
    for (let i = 0; i < 30; i++) await bus.publish(queue, numbered(1, i));
    await until(async () => (await bus.state(queue)).waiting <= 10);
    const { messages, close } = await takeAll(bus, queue, 10);
    expect(bodiesOf(messages).slice(-10)).toEqual(numbered(10, 20));
    await close();
  });

  it('puts what is too old into dead.<queue>', async () => {
    const test = await start();
    const queue = test.queue();
    const limitsOf = (name: string): QueueLimits => ({ ...defaultLimits(name), ageMs: name === queue ? 300 : DAY_MS });
    const bus = kept(await test.open({ limitsOf }));
    await publishSingly(bus, queue, numbered(2));
    await new Promise((done) => setTimeout(done, 600));
    await bus.publish(queue, numbered(2, 2));
    const seen: string[] = [];
    await read(bus, queue, { handle: (messages) => void seen.push(...bodiesOf(messages)) });
    await until(async () => seen.length > 0 && (await bus.state(queue)).waiting === 0);
    expect(seen).toEqual(numbered(2, 2));
    await until(async () => (await bus.state(queue)).dead === 2);
  });

  it('takes a message that ends its readers again and again out of their way', async () => {
    const test = await start();
    const queue = test.queue();
    const bus = kept(await test.open({ nConsumersEnded: 3 }));
    await bus.publish(queue, ['"deadly"']);
    for (let i = 0; i < 12 && (await bus.state(queue)).dead === 0; i++) {
      const source = await bus.open(queue, { prefetch: 1, onDown: () => undefined });
      await source.take(1, 300);
      await source.close();
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(await bus.state(queue)).toEqual({ waiting: 0, dead: 1 });
  });
}
