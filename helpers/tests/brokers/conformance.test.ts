/** RabbitMQ and Redis do what every bus and every store must do. */
import { createClient } from 'redis';
import { describe, inject } from 'vitest';
import { openBaselineStore } from '../../baselines/open_store.ts';
import { openBus } from '../../bus/open_bus.ts';
import { storeConformance } from '../baselines/store_conformance.ts';
import { busConformance } from '../bus/bus_conformance.ts';

const brokers = inject('brokers');
const onDown = (): void => undefined;

describe.skipIf(brokers === null)('a bus on RabbitMQ', () => {
  let nQueues = 0;
  const name = `queue_${process.pid}`;
  busConformance(async () => ({
    open: (options) => openBus(brokers?.rabbit ?? '', { onDown, ...options }),
    queue: () => `${name}_${nQueues++}`,
  }));
});

describe.skipIf(brokers === null)('a store in Redis', () => {
  storeConformance(
    () => openBaselineStore(brokers?.redis ?? '', onDown),
    async () => {
      const client = await createClient({ url: brokers?.redis ?? '' }).connect();
      await client.flushAll();
      await client.close();
    },
  );
});
