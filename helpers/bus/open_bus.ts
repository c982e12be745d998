/** The bus that BUS_URL names. Nothing else in the code knows which it is. */
import { redact } from '../http/redact.ts';
import { InputError } from '../run/errors.ts';
import { IN_MEMORY } from '../sqlite/database.ts';
import { defaultLimits, type MessageBus, type QueueLimits } from './message_bus.ts';

export interface BusOptions {
  readonly limitsOf?: (queue: string) => QueueLimits;
  /** What went wrong with the broker; the bus comes back by itself. */
  readonly onDown: (why: string) => void;
  readonly nConsumersEnded?: number;
}

/**
 * Opens a bus: `sqlite:<folder>` between processes of this machine, `memory:` within one, `amqp://…` or `amqps://…` for RabbitMQ.
 * @throws InputError 'bad-option'
 */
export async function openBus(
  url: string,
  { limitsOf = defaultLimits, onDown, nConsumersEnded }: BusOptions,
): Promise<MessageBus> {
  if (url === 'memory:' || /^sqlite:./.test(url)) {
    const { openSqliteBus } = await import('./sqlite_bus.ts');
    return openSqliteBus(url === 'memory:' ? IN_MEMORY : url.slice('sqlite:'.length), limitsOf, nConsumersEnded);
  }
  if (/^amqps?:\/\/./.test(url)) {
    const { openRabbitBus } = await import('./rabbit_bus.ts');
    return openRabbitBus(url, limitsOf, onDown, nConsumersEnded);
  }
  throw new InputError(
    'bad-option',
    `BUS_URL ${redact(url)} is no address of a bus`,
    'write sqlite:<folder>, or amqp://user:password@host:5672',
  );
}
