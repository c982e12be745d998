/** A trader that a test kills: asks before it counts, and prints what it found. */
import { once } from 'node:events';
import { runTrader, type TraderOptions } from './rough_exchange.ts';

const options = JSON.parse(process.argv[2]) as TraderOptions;
const report = await runTrader(options, async () => {
  process.stdout.write('calm?\n');
  await once(process.stdin, 'data');
});
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
