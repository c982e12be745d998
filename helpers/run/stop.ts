/** What must be undone, and who must be told, when a process ends before its work does. */

/** Not state of a computation: the operating system knows one end of a process, and this is the list kept for it. */
const undos = new Set<() => void>();

/**
 * Has `undo` done when the process ends, by itself or by a signal, unless the returned function is called first. Nothing can be
 * done about SIGKILL: what it leaves is swept by the next run. `npx tsx` sends it to a script that has not answered a signal
 * within 60 ms because it is computing (tsx 4.23, relaySignalToChild); node with `--import tsx`, as the graph and the cluster
 * start steps, does not. `undo` must not wait for anything.
 */
export function onExit(undo: () => void): () => void {
  if (undos.size === 0) process.on('exit', undoAll);
  undos.add(undo);
  return () => {
    undos.delete(undo);
    if (undos.size === 0) process.off('exit', undoAll);
  };
}

function undoAll(): void {
  for (const undo of undos) {
    try {
      undo();
    } catch {
      // The process is ending: the next undo must still have its turn, and the next run sweeps what is left.
    }
  }
}

/** How long the processes that this one has started may take to end, ms. */
const OTHERS_MS_MAX = 5000;

interface Ending {
  readonly end: () => Promise<unknown>;
  readonly isService: boolean;
}

/** Not state of a computation either: who is to be told, and awaited, when a signal ends this process. */
const others = new Set<Ending>();

/**
 * Has `end` done when a signal ends this process, which then waits for it a little, unless the returned function is called first.
 * @param isService whether a signal is the way in which the work is meant to end
 */
export function endAtSignal(end: () => Promise<unknown>, isService = false): () => void {
  const ending = { end, isService };
  others.add(ending);
  return () => {
    others.delete(ending);
  };
}

/** Whether the process would go on until a signal ends it. */
export function isServing(): boolean {
  return [...others].some(({ isService }) => isService);
}

/** Tells all of them, and waits until they have ended or have taken too long. */
export async function endOthers(): Promise<void> {
  if (others.size === 0) return;
  const tooLong = new Promise((done) => setTimeout(done, OTHERS_MS_MAX).unref());
  await Promise.race([Promise.allSettled([...others].map(({ end }) => end())), tooLong]);
}
