/**
 * One thread of the pool: the kernels over the shared memory, waiting for work on the control block of pool.ts, which
 * explains the protocol. Plain JavaScript, so that it starts in milliseconds under any loader.
 */
const { workerData } = require('node:worker_threads');

const { module: wasm, memory, control, args, words, nSpins } = workerData;
const instance = new WebAssembly.Instance(wasm, { env: { memory } });
const names = WebAssembly.Module.exports(wasm)
  .filter((entry) => entry.kind === 'function')
  .map((entry) => entry.name);
const functions = names.map((name) => instance.exports[name]);

function runTasks() {
  const run = functions[control[words.kernel]];
  const nTasks = control[words.nTasks];
  const values = Array.from(args.subarray(0, control[words.nArgs]));
  for (;;) {
    const task = Atomics.add(control, words.ticket, 1);
    if (task >= nTasks) return;
    run(task, ...values);
  }
}

let seen = 0;
for (;;) {
  let epoch = Atomics.load(control, words.epoch);
  for (let spin = 0; epoch === seen && spin < nSpins; spin++) epoch = Atomics.load(control, words.epoch);
  if (epoch === seen) {
    Atomics.wait(control, words.epoch, seen);
    continue;
  }
  seen = epoch;
  if (Atomics.load(control, words.quit) === 1) break;
  Atomics.add(control, words.inside, 1);
  if (Atomics.load(control, words.open) === 1) {
    try {
      runTasks();
    } catch {
      Atomics.store(control, words.failed, 1);
    }
  }
  if (Atomics.sub(control, words.inside, 1) === 1) Atomics.notify(control, words.inside);
}
