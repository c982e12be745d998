/**
 * Gives native memory back between blocks of work. Frames live outside of the JavaScript heap, where the collector does not
 * see their size: without a nudge it would let gigabytes of dead frames stand.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage now; a few milliseconds, so call it once per block, day or shard, not per row. */
export function releaseMemory(): void {
  collect();
}
