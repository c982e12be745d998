/** What the clients of all venues' interfaces have in common. */
import type { HttpOptions } from '../http/client.ts';
import type { HttpPorts } from '../http/ports.ts';

/** How a venue's client is made; without anything it is the public service. */
export interface ApiOptions
  extends Partial<Pick<HttpOptions, 'baseUrl' | 'onRetry' | 'attemptMs' | 'deadlineMs' | 'attemptsMax'>> {
  /** Clock, network and randomness, for tests and replays. */
  readonly ports?: HttpPorts;
}
