/** Waiting that can be cut short. */

export class Wake {
  private wake: () => void = () => undefined;
  private isDue = false;

  /** Ends the wait at once, or the next one where nobody waits. */
  call(): void {
    this.isDue = true;
    this.wake();
  }

  /** Until it is called, `ms` are over or `signal` is aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.isDue && !signal.aborted)
      await new Promise<void>((done) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          done();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end);
        this.wake = end;
      });
    this.isDue = false;
  }
}
