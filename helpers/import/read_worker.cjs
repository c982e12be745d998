/**
 * Reads a file, hashes it and looks for what needs care in text, on a thread of its own, ahead of the one that parses it
 * (read_ahead.ts). Both see the same memory: a slot is filled, told of, and filled again when its number comes back. Plain
 * JavaScript, so that it starts in milliseconds.
 */
const { isAscii } = require('node:buffer');
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

/** So much is read and looked at in one go that it is still in the cache of the processor at every look. */
const STEP_BYTES = 1 << 18;
const RETURN = 13;
const QUOTE = 34;

const { path, slots, roomBytes, firstBytes } = workerData;
const hash = createHash('sha256');
const fd = openSync(path, 'r');

let wantedBytes = firstBytes;
let isDone = false;

/** Fills a slot and tells of it; false at the end. Slots that come back after that are left alone. */
function fill(slot) {
  if (isDone) return false;
  const room = Buffer.from(slots[slot], roomBytes);
  const piece = room.subarray(0, Math.min(wantedBytes, room.length));
  wantedBytes *= 2;
  let nRead = 0;
  let isPlain = true;
  while (nRead < piece.length) {
    const nStep = readSync(fd, piece, nRead, Math.min(STEP_BYTES, piece.length - nRead), null);
    if (nStep === 0) break;
    const step = piece.subarray(nRead, nRead + nStep);
    hash.update(step);
    isPlain &&= isAscii(step) && !step.includes(QUOTE) && !step.includes(RETURN);
    nRead += nStep;
  }
  if (nRead === 0) {
    isDone = true;
    closeSync(fd);
    parentPort.postMessage({ digest: hash.digest('hex') });
    return false;
  }
  parentPort.postMessage({ slot, nRead, isPlain });
  return true;
}

parentPort.on('message', fill);
for (let slot = 0; slot < slots.length; slot++) if (!fill(slot)) break;
