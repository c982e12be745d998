// Completes package-lock.json with the optional platform packages (esbuild for Windows, …) that the registry in use did
// not offer when the lock was written; without them `npm ci` refuses the lock. Run it after every `npm install <package>`:
//   node .ci/complete_lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What a platform package's name says of where it runs. */
function platformOf(name) {
  const words = name.split('/').pop().split(/[-.]/);
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = words.filter((word) => CPUS.includes(word));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  if (name === 'fsevents') os.push('darwin');
  return { ...(os.length > 0 ? { os } : {}), ...(cpu.length > 0 ? { cpu } : {}), ...(libc.length > 0 ? { libc } : {}) };
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
let nAdded = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = path.split('/node_modules/').map((_, i, all) => all.slice(0, all.length - i).join('/node_modules/'));
    const found = [...places.map((place) => `${place}/node_modules/${name}`), `node_modules/${name}`].some(
      (place) => lock.packages[place] !== undefined,
    );
    if (found) continue;
    const version = /\d+\.\d+\.\d+[-\w.]*/.exec(range)?.[0];
    if (version === undefined) throw new Error(`no version in ${name}@${range}`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    nAdded++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${nAdded} optional platform packages added\n`);
