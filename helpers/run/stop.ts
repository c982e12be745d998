/** What must be undone when a process ends before its work does. */

/** Not state of a computation: the operating system knows one end of a process, and this is the list kept for it. */
const undos = new Set<() => void>();

/**
 * Has `undo` done when the process ends, by itself or by SIGTERM, unless the returned function is called first. Nothing can be
 * done about SIGKILL: what it leaves is swept by the next run. `undo` must not wait for anything.
 */
export function undoAtExit(undo: () => void): () => void {
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
