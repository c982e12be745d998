import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { explainSystemError, hashFile, hashFileAsync, temporaryName, writeFileAtomic } from '../../run/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('hashFileAsync', () => {
  it('gives what hashFile gives, for files of any length', async () => {
    for (const nBytes of [0, 1, 4 << 20, (4 << 20) + 7]) {
      const path = join(folder, `${nBytes}.bin`);
      writeFileSync(path, Buffer.alloc(nBytes, `${nBytes}`));
      expect(await hashFileAsync(path)).toBe(hashFile(path));
    }
  });

  it('names the file that is not there', async () => {
    await expect(hashFileAsync(join(folder, 'none.bin'))).rejects.toThrow(/none\.bin/);
  });
});

describe('explainSystemError', () => {
  const fault = (code: string, message: string, path?: string): unknown =>
    explainSystemError(Object.assign(new Error(message), { code, path }), path ?? 'a file');

  it.each<[string, string, string?]>([
    ['ENOENT', 'ENOENT: no such file', '/home/me/spyhop/node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf'],
    ['ERR_MODULE_NOT_FOUND', "Cannot find package 'vega' imported from /home/me/spyhop/helpers/x.ts"],
    ['MODULE_NOT_FOUND', "Cannot find module 'nodejs-polars-linux-x64-gnu'"],
  ])('calls a package that is not there (%s) no bug, and says how it comes', (code, message, path) => {
    expect(fault(code, message, path)).toMatchObject({
      tag: 'missing-dependency',
      message: `an installed package is missing or incomplete (${message})`,
      hint: 'run npm ci in the folder of Spyhop',
    });
  });

  it('leaves a module of our own that is not there a bug', () => {
    expect(fault('ERR_MODULE_NOT_FOUND', "Cannot find module '/home/me/spyhop/helpers/x.ts'")).not.toHaveProperty(
      'tag',
    );
    expect(fault('ENOENT', 'ENOENT: no such file', '/data/x.csv')).toMatchObject({ tag: 'missing-input' });
  });
});

describe('writeFileAtomic', () => {
  it('removes what a killed process of this host left of the same file, and nothing else', () => {
    const path = join(folder, 'report.html');
    const pidDigits = (pid: number): string => pid.toString(16).padStart(8, '0');
    const ofThisProcess = temporaryName(path);
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const ofKilled = ofThisProcess.replace(pidDigits(process.pid), pidDigits(gone));
    const ofOtherHost = ofKilled.replace(/\.html\.[0-9a-f]{4}/, '.html.zzzz');
    const ofOtherFile = join(folder, basename(ofKilled).replace('report', 'my.report'));
    const ofLongerName = ofKilled.replace('.html.', '.html.next.');
    const others = [ofThisProcess, ofOtherHost, ofOtherFile, ofLongerName];
    for (const file of [ofKilled, ...others]) writeFileSync(file, 'half');
    writeFileAtomic(path, 'whole');
    const left = readdirSync(folder).filter((file) => file.endsWith('.tmp'));
    expect(left.sort()).toEqual(others.map((file) => basename(file)).sort());
  });
});
