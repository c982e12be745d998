/**
 * Builds the WebAssembly kernels (npm's "prepare" calls it): the AssemblyScript files (*.as.ts) reachable from index.as.ts
 * become build/kernels.wasm. It is 35 KB and stands in git, so that an installation without development packages (103 MB of
 * them are the compiler) has it too. build/sources.sha256 holds the hash of all *.as.ts, of this file and of the compiler's
 * version; an unchanged hash means nothing to do. `--force` builds anyway, `--verify` fails when what stands in git is not
 * what the sources give, `--debug` keeps function names for a profiler.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.dirname(fileURLToPath(import.meta.url));
const buildFolder = path.join(folder, 'build');
const target = path.join(buildFolder, 'kernels.wasm');
const hashFile = path.join(buildFolder, 'sources.sha256');

const OPTIONS = [
  // Straight-line speed; no garbage collector, no allocator: the caller owns every byte.
  ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
  // One memory for all threads, given by the caller. 65536 pages = 4 GiB, all that 32-bit pointers reach.
  ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
  ...['--enable', 'simd', '--enable', 'threads'],
];

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function sourceHash(compilerVersion) {
  const hash = createHash('sha256')
    .update(compilerVersion)
    .update(process.argv.includes('--debug') ? 'debug' : '');
  const sources = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.as.ts'));
  for (const name of [...sources, 'build.mjs'].sort()) {
    hash.update(name.split(path.sep).join('/')).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex');
}

async function main() {
  const { devDependencies } = JSON.parse(readFileSync(path.join(folder, '../../package.json'), 'utf8'));
  const hash = sourceHash(devDependencies.assemblyscript);
  const isBuilt = readIfThere(hashFile) === hash && readIfThere(target) !== '';
  const isVerifying = process.argv.includes('--verify');
  if (isBuilt && !isVerifying && !process.argv.includes('--force')) return;

  const asc = await import('assemblyscript/asc').then(
    (module) => module.default,
    () => null,
  );
  if (asc === null) {
    console.error(
      'kernels: their sources have changed and there is no AssemblyScript compiler to build them: run npm ci without --omit=dev',
    );
    return;
  }
  mkdirSync(buildFolder, { recursive: true });
  const unfinished = `${target}.${process.pid}.tmp`;
  const debug = process.argv.includes('--debug') ? ['--debug'] : [];
  const args = [path.join(folder, 'index.as.ts'), '--outFile', unfinished, ...OPTIONS, ...debug];
  const { error, stderr } = await asc.main(
    args.map((arg) => (path.isAbsolute(arg) ? path.relative(process.cwd(), arg) : arg)),
  );
  if (error !== null) {
    console.error(`kernels: ${error.message}\n${stderr.toString()}`);
    process.exitCode = 1;
    return;
  }
  if (isVerifying) {
    const isSame = isBuilt && readFileSync(unfinished).equals(readFileSync(target));
    rmSync(unfinished);
    console.log(`kernels: build/kernels.wasm is ${isSame ? '' : 'NOT '}what the sources give`);
    process.exitCode = isSame ? 0 : 1;
    return;
  }
  renameSync(unfinished, target);
  writeFileSync(hashFile, hash);
  console.log(`kernels: built ${readFileSync(target).length} bytes of WebAssembly`);
}

await main();
