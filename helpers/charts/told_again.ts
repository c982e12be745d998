/** Steps whose product is a table and a section of the report: nothing to do when both are there. */
import { z } from 'zod';
import type { Manifest } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { type Recipe, upToDateManifest } from '../tables/derived_table.ts';
import type { TableSchema } from '../tables/schema.ts';
import { isReported } from './report.ts';

const metricsSchema = z.object({ lines: z.array(z.string()) });

/**
 * Whether the table was made by this very recipe before, and the report speaks of it. What was said then, the `lines` of its
 * metrics, is said again. With --check the step ends here when there is something to do.
 * @param section id of the section
 * @param isKept asked last: whether what else the step made is there as well
 */
export function isTableToldAgain(
  run: Run,
  schema: TableSchema,
  recipe: Recipe,
  section: string,
  isKept: (manifest: Manifest) => boolean = () => true,
): boolean {
  const manifest = upToDateManifest(run, schema, recipe);
  if (manifest === null || !isReported(run, section)) return false;
  const metrics = metricsSchema.safeParse(manifest.metrics);
  if (!metrics.success) endIfOnlyChecking(run);
  if (!metrics.success || !isKept(manifest)) return false;
  for (const line of metrics.data.lines) run.log.result(line);
  return true;
}
