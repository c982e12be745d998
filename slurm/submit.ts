/**
 * The whole graph on a cluster, with one command.
 *
 *   npx tsx slurm/submit.ts [submit] [options]   submits what is not up to date; --dry-run shows what that would be
 *   npx tsx slurm/submit.ts status               what became of every job of the last run, and what it used
 *   npx tsx slurm/submit.ts cancel               ends the last run
 */
import { clusterCommand } from '../helpers/slurm/commands.ts';

await clusterCommand(process.argv.slice(2));
