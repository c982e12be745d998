import { describe, expect, it } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { EARLY_COLUMNS, PRESENT_COLUMNS } from '../../supervised/circularity.ts';
import { countWhollySeen, reasonToSkip, rowsTradedOn } from '../../supervised/early_task.ts';
import type { SnapshotRows } from '../../supervised/snapshots.ts';

const EMPTY = createMatrix(new Float32Array(0), 0, 1);

describe('reasonToSkip', () => {
  const N_WALLETS = 40;
  const N_SNAPSHOTS = 4;
  const wallets = Array.from({ length: N_WALLETS * N_SNAPSHOTS }, (_, i) => `w${i % N_WALLETS}`);
  const snapshots = Int32Array.from(wallets, (_, i) => Math.floor(i / N_WALLETS));
  const labels = Int32Array.from(wallets, (_, i) => i % 4);
  const rows: SnapshotRows = { wallets, labels, snapshots, present: EMPTY, early: EMPTY };
  const all = new Uint8Array(wallets.length).fill(1);

  it('finds no reason in a market with all classes', () => {
    expect(reasonToSkip(rows, all, N_SNAPSHOTS, 3)).toBeNull();
  });

  it('names what is missing: wallets, classes, whales to learn, whales to measure', () => {
    const few = { ...rows, wallets: wallets.map((_, i) => `w${i % 3}`) };
    expect(reasonToSkip(few, all, N_SNAPSHOTS, 3)).toMatch(/3 labelled wallets are too few/);
    expect(reasonToSkip({ ...rows, labels: labels.map(() => 0) }, all, N_SNAPSHOTS, 3)).toMatch(/same label/);
    const without = (isTest: boolean) =>
      labels.map((label, row) => (label === 3 && snapshots[row] < 2 === isTest ? 0 : label));
    expect(reasonToSkip({ ...rows, labels: without(false) }, all, N_SNAPSHOTS, 3)).toMatch(/older half/);
    expect(reasonToSkip({ ...rows, labels: without(true) }, all, N_SNAPSHOTS, 3)).toMatch(/newer half/);
  });
});

describe('reasonToSkip of wallets that traded on', () => {
  it('is that none of the newer whales did, because then nothing would be early', () => {
    const wallets = Array.from({ length: 120 }, (_, i) => `w${i % 60}`);
    const snapshots = Int32Array.from(wallets, (_, i) => Math.floor(i / 60));
    const labels = Int32Array.from(wallets, (_, i) => (i % 60 < 3 ? 3 : 0));
    const rows: SnapshotRows = { wallets, labels, snapshots, present: EMPTY, early: EMPTY };
    const others = Uint8Array.from(wallets, (_, i) => (i < 60 && labels[i] === 3 ? 0 : 1));
    expect(reasonToSkip(rows, others, 2, 3)).toMatch(/no fresh whale of the newer half traded on/);
    others[2] = 1;
    expect(reasonToSkip(rows, others, 2, 3)).toBeNull();
  });
});

describe('countWhollySeen', () => {
  /** Profiles that hold nothing but numbers of fills. */
  const withFills = (names: readonly string[], counts: readonly number[]) => {
    const values = new Float32Array(counts.length * names.length);
    counts.forEach((n, row) => {
      values[row * names.length + names.indexOf('n_fills')] = n;
    });
    return createMatrix(values, counts.length, names.length);
  };

  it('counts each wallet once, by what it has at its last label', () => {
    // The last snapshot comes first: there b has traded on since its first fills were looked at, a and c have not.
    const rows: SnapshotRows = {
      wallets: ['a', 'b', 'b', 'c'],
      labels: Int32Array.of(0, 0, 0, 0),
      snapshots: Int32Array.of(0, 0, 1, 1),
      present: withFills(PRESENT_COLUMNS, [3, 25, 4, 20]),
      early: withFills(EARLY_COLUMNS, [3, 20, 4, 20]),
    };
    expect([...rowsTradedOn(rows)]).toEqual([0, 1, 0, 0]);
    expect(countWhollySeen(rows.wallets, rowsTradedOn(rows))).toEqual({ nWallets: 3, nWhollySeen: 2 });
  });
});
