import { describe, expect, it } from 'vitest';
import { Wake } from '../../run/wake.ts';

const LONG_MS = 60_000;

describe('a wait', () => {
  it('ends when it is called, also when the call came first, and then waits again', async () => {
    const wake = new Wake();
    const { signal } = new AbortController();
    const waiting = wake.wait(LONG_MS, signal);
    wake.call();
    await waiting;
    wake.call();
    await wake.wait(LONG_MS, signal);
    const startedMs = performance.now();
    await wake.wait(20, signal);
    expect(performance.now() - startedMs).toBeGreaterThan(15);
  });

  it('ends when its signal is aborted, before or meanwhile', async () => {
    const stop = new AbortController();
    const waiting = new Wake().wait(LONG_MS, stop.signal);
    stop.abort();
    await waiting;
    await new Wake().wait(LONG_MS, stop.signal);
  });
});
