/**
 * What would a market with known insiders, bots and wash rings look like?
 *
 * Reads   nothing
 * Writes  00_simulated: raw/ (poly_data v1 fills and markets, Gamma markets), truth/ (who is what), marginals.md
 * Method  probabilities follow a martingale to resolution; every match gives N+1 rows; informed flow moves prices for good
 *         (design/methods.md, sections 1 and 6). The output depends on the options alone; memory not on --trades.
 */
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { resolveSimulateOptions } from '../helpers/simulate/options.ts';
import { renewSimulatedFolder } from '../helpers/simulate/simulated_folder.ts';
import { presentSimulation } from '../helpers/simulate/simulated_folder_report.ts';
import { SIMULATED_SIZE, SIMULATED_WORLD, WORLD_OPTIONS } from '../helpers/simulate/world_options.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

await runStep(
  defineStep({
    id: 'simulate_market',
    options: {
      ...inGroup(SIMULATED_SIZE, {
        trades: option.number(200_000, 'fills to write (rows; N makers give N+1)'),
      }),
      ...WORLD_OPTIONS,
      ...inGroup(SIMULATED_WORLD, {
        format: option.choice(['csv', 'parquet'], 'csv', 'format of the fills'),
      }),
    },
    inputs: {},
    isIncremental: true,
    settings: (options) =>
      resolveSimulateOptions({
        nTrades: options.trades,
        nWallets: options.wallets,
        nMarkets: options.markets,
        nDays: options.days,
        endDate: options['end-date'],
        population: options.population,
        difficulty: options.difficulty,
        insiderShare: options.insiders,
        format: options.format,
        seed: options.seed,
      }),
    compute: async (_, settings, ctx) => {
      const folder = await renewSimulatedFolder(ctx, settings, ctx.startWork);
      return folder.result === null ? unchanged(folder) : made({ facts: folder });
    },
    present: presentSimulation,
  }),
);
