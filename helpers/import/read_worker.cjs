/**
 * Reads a file and hashes it on a thread of its own, ahead of the one that parses it (read_ahead.ts). Buffers travel to and
 * fro: a piece is given away, and read into again when it comes back. Plain JavaScript, so that it starts in milliseconds.
 */
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

const { path, pieceBytes, nPieces } = workerData;
const hash = createHash('sha256');
const fd = openSync(path, 'r');

let isDone = false;

/** Reads into a buffer and gives it away; false at the end. Buffers that come back after that are left alone. */
function fill(bytes) {
  if (isDone) return false;
  const piece = new Uint8Array(bytes);
  const nRead = readSync(fd, piece);
  if (nRead === 0) {
    isDone = true;
    closeSync(fd);
    parentPort.postMessage({ digest: hash.digest('hex') });
    return false;
  }
  hash.update(piece.subarray(0, nRead));
  parentPort.postMessage({ bytes, nRead }, [bytes]);
  return true;
}

parentPort.on('message', fill);
for (let i = 0; i < nPieces; i++) if (!fill(new ArrayBuffer(pieceBytes))) break;
