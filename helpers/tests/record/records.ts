/** Reads recorded frames as anybody would. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface RecordedLine {
  readonly n: number;
  readonly received_ms: number;
  readonly kind: string;
  readonly text: string;
}

/** The whole lines of a file, compressed or not. */
export function readLines(path: string): RecordedLine[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The lines of all files of a folder, in order. */
export function readRecord(folder: string): RecordedLine[] {
  const names = readdirSync(folder, { withFileTypes: true }).map(({ name }) => name);
  return names
    .filter((name) => /[.]jsonl([.]gz)?$/.test(name))
    .sort()
    .flatMap((name) => readLines(join(folder, name)));
}
