/** Steps whose product is a model: nothing to do when it is in force and in the report. */
import { isReported } from '../charts/report.ts';
import { type ModelKey, upToDateModel } from '../registry/registry.ts';
import type { Run } from '../run/script.ts';

/** Whether the model was made by this very recipe before; what was said of it then is said again. */
export function isToldAgain(run: Run, key: ModelKey, section: string): boolean {
  const known = upToDateModel(run, key);
  if (known === null || !isReported(run, section)) return false;
  for (const line of known.lines) run.log.result(line);
  return true;
}
