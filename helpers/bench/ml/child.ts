/** Child process of the suite: runs one side of one benchmark and prints its measurement with the peak memory. */
import { createExecutor } from '../../parallel/executor.ts';
import { loadBenchmarks, readData } from './benchmark.ts';

const [name, side, folder, threads] = process.argv.slice(2);
const benchmark = (await loadBenchmarks()).find((candidate) => candidate.name === name);
if (benchmark === undefined) throw new Error(`no benchmark "${name}"`);
const data = readData(folder);
const measurement =
  side === 'ours'
    ? await benchmark.ours(data, createExecutor({ nThreads: Number(threads) }))
    : await benchmark.rivalHere?.(data);
const peak_mib = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`\n${JSON.stringify({ ...measurement, peak_mib })}\n`);
