/** Steps whose product is a model: nothing to do when the registry and the report have it. */
import { isReported } from '../charts/report.ts';
import { keepModel, type ModelKey, upToDateModel } from '../registry/compat.ts';
import type { Run } from '../run/script.ts';

/**
 * Whether the model was made by this very recipe before, and the report speaks of it. What was said of it then is said
 * again, and when another model has taken its place it is put in force again.
 */
export function isToldAgain(run: Run, key: ModelKey, section: string): boolean {
  const known = upToDateModel(run, key);
  if (known === null || !isReported(run, section, known.runName)) return false;
  if (!keepModel(run, key.name, known.runName)) return false;
  for (const line of known.lines) run.log.result(line);
  return true;
}
