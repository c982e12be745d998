/**
 * Reads a file, or some spans of it, hashes them where that is wanted, and looks for what needs care in text, on a thread of its own, ahead of the one that parses it
 * (read_ahead.ts). Buffers travel to and fro: a piece is given away, and read into again when it comes back. Plain
 * JavaScript, so that it starts in milliseconds.
 */
const { isAscii } = require('node:buffer');
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');

/** So much is read and looked at in one go that it is still in the cache of the processor at every look. */
const STEP_BYTES = 1 << 18;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

const { path, spans, isHashed, pieceBytes, nPieces } = workerData;
const hash = isHashed ? createHash('sha256') : null;
const fd = openSync(path, 'r');

/** Lines shorter than this on average are counted before they are parsed: a row takes more memory than a short line. */
const LINE_BYTES_MIN = 32;
const SAMPLE_BYTES = 1024;

/** Whether a sample of the lines is short. It is drawn at random, so that no file can keep its short lines out of all samples. */
function hasShortLines(step) {
  const from = Math.floor(Math.random() * Math.max(1, step.length - SAMPLE_BYTES));
  const sample = step.subarray(from, from + SAMPLE_BYTES);
  let nLines = 0;
  for (let at = sample.indexOf(NEWLINE); at >= 0; at = sample.indexOf(NEWLINE, at + 1)) nLines++;
  return nLines * LINE_BYTES_MIN > sample.length;
}

let isDone = false;
/** The span that is being read, and how far. */
let span = 0;
let at = spans[0][0];

/** Reads the next bytes of the spans; 0 at the end of the last one, or of the file. */
function readOn(piece, from, nBytes) {
  for (; span < spans.length; at = spans[++span]?.[0]) {
    const nStep = readSync(fd, piece, from, Math.min(nBytes, spans[span][1] - at), at);
    at += nStep;
    if (nStep > 0) return nStep;
  }
  return 0;
}

/** Reads into a buffer and gives it away; false at the end. Buffers that come back after that are left alone. */
function fill(bytes) {
  if (isDone) return false;
  const piece = Buffer.from(bytes);
  let nRead = 0;
  let isPlain = true;
  while (nRead < pieceBytes) {
    const nStep = readOn(piece, nRead, Math.min(STEP_BYTES, pieceBytes - nRead));
    if (nStep === 0) break;
    const step = piece.subarray(nRead, nRead + nStep);
    hash?.update(step);
    isPlain &&= isAscii(step) && !step.includes(QUOTE) && !step.includes(RETURN) && !hasShortLines(step);
    nRead += nStep;
  }
  if (nRead === 0) {
    isDone = true;
    closeSync(fd);
    parentPort.postMessage({ digest: hash?.digest('hex') ?? null });
    return false;
  }
  parentPort.postMessage({ bytes, nRead, isPlain }, [bytes]);
  return true;
}

parentPort.on('message', fill);
for (let i = 0; i < nPieces; i++) if (!fill(new ArrayBuffer(pieceBytes))) break;
