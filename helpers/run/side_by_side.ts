/** Work that is done several pieces at a time, and told of as if it were done one after the other. */

/** What a piece of work prints while an earlier one is still at work waits here; above this the piece itself has to wait. */
const BYTES_WAITING_MAX = 1 << 20;

type Write = (chunk: Buffer) => void;
interface Source {
  on(event: 'data', take: Write): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** What one piece prints: held back, in its order, until its turn has come. */
export class HeldOutput {
  private readonly held: (() => void)[] = [];
  private readonly sources: Source[] = [];
  private nBytes = 0;
  private isOpen = false;

  /** Takes what `source` gives, for `write`. */
  take(source: Source, write: Write): void {
    this.sources.push(source);
    source.on('data', (chunk) => {
      if (this.isOpen) return write(chunk);
      this.held.push(() => write(chunk));
      this.nBytes += chunk.length;
      if (this.nBytes > BYTES_WAITING_MAX) for (const each of this.sources) each.pause();
    });
  }

  /** Its turn has come: all that waits is written, and from now on everything at once. */
  open(): void {
    this.isOpen = true;
    for (const write of this.held.splice(0)) write();
    for (const source of this.sources) source.resume();
  }
}

export interface Turn {
  /** Whether all earlier pieces had ended when this one began. */
  readonly isFirst: boolean;
  /** Called once all earlier pieces have ended, at once where `isFirst`. */
  onTurn(tell: () => void): void;
}

export interface Schedule<T> {
  /** Pieces that are done at once. */
  readonly nMax: () => number;
  /** Whether `later` needs what `earlier` makes. */
  readonly needs: (later: T, earlier: T) => boolean;
  /** Does a piece; false where it failed: no other is begun after that. */
  readonly work: (piece: T, turn: Turn) => Promise<boolean>;
}

/**
 * Does the pieces, each once all that it needs are done, the earlier ones first.
 * @returns those that are not done: none, or after a failure the failed ones and those that were not begun
 */
export async function doSideBySide<T>(pieces: readonly T[], { nMax, needs, work }: Schedule<T>): Promise<T[]> {
  const ended = new Set<T>();
  const done = new Set<T>();
  const running = new Map<T, Promise<void>>();
  const tellers = new Map<T, () => void>();
  let hasFailed = false;
  const isFirst = (piece: T): boolean => pieces.slice(0, pieces.indexOf(piece)).every((earlier) => ended.has(earlier));
  const tellTurns = (): void => {
    for (const piece of pieces) {
      const tell = tellers.get(piece);
      if (tell === undefined || !isFirst(piece)) continue;
      tellers.delete(piece);
      tell();
    }
  };
  const isReady = (piece: T, i: number): boolean =>
    !running.has(piece) &&
    !ended.has(piece) &&
    pieces.slice(0, i).every((earlier) => done.has(earlier) || !needs(piece, earlier));
  const begin = (piece: T): void => {
    const turn: Turn = {
      isFirst: isFirst(piece),
      onTurn: (tell) => {
        tellers.set(piece, tell);
        tellTurns();
      },
    };
    const ending = work(piece, turn).then((isDone) => {
      running.delete(piece);
      ended.add(piece);
      if (isDone) done.add(piece);
      else hasFailed = true;
      tellTurns();
    });
    running.set(piece, ending);
  };
  for (;;) {
    for (const [i, piece] of pieces.entries())
      if (!hasFailed && running.size < nMax() && isReady(piece, i)) begin(piece);
    if (running.size === 0) return pieces.filter((piece) => !done.has(piece));
    await Promise.race(running.values());
  }
}
