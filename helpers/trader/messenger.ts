/** Sends the trader's messages beside its work: they are in the outbox at once, and leave it one after the other. */
import type { AlertService } from '../alerts/alert_service.ts';
import type { AlertRecord } from '../alerts/record.ts';
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';

/** What is not sent within this time after the last message goes with the next. */
const SEND_MS = 30 * SECOND_MS;
/** How long the end may wait for what is pending, ms. */
const CLOSE_MS = 3 * SECOND_MS;
/** Ids that are remembered, so that what was told already is not looked up again. */
const N_TOLD_MAX = 10_000;

export class Messenger {
  private readonly told = new Set<string>();
  private readonly stop = new AbortController();
  private sending: Promise<unknown> = Promise.resolve();
  private isSending = false;
  private isClosed = false;

  /** @param warn hears what keeps messages from leaving */
  constructor(
    private readonly service: AlertService,
    private readonly warn: (line: string) => void,
  ) {}

  /** Notes what is new; on disk when it returns. */
  tell = (records: readonly AlertRecord[]): void => {
    const fresh = records.filter(({ id }) => !this.told.has(id));
    if (fresh.length === 0) return;
    for (const { id } of fresh) this.told.add(id);
    if (this.told.size > N_TOLD_MAX) this.told.clear();
    this.service.note(fresh);
    this.send(SEND_MS);
  };

  /** Until nothing is on its way. */
  async idle(): Promise<void> {
    await this.sending;
  }

  /** Lets what is pending go, for a moment, and ends. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.idle();
    this.send(CLOSE_MS);
    await this.idle();
    this.stop.abort();
    this.service.close();
  }

  private send(waitMs: number): void {
    if (this.isSending) return;
    this.isSending = true;
    this.sending = this.service
      .send([], { waitMs, signal: this.stop.signal })
      .catch((error: unknown) => {
        if (!(error instanceof InputError)) throw error;
        this.warn(error.message);
      })
      .finally(() => {
        this.isSending = false;
      });
  }
}
