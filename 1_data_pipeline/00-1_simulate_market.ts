/**
 * What would a market with known insiders, bots and wash rings look like?
 *
 * Reads   nothing
 * Writes  00_simulated: raw/ (poly_data v1 fills and markets, Gamma markets), truth/ (who is what), marginals.md
 * Method  probabilities follow a martingale to resolution; every match gives N+1 rows; informed flow moves prices for good
 *         (design/methods.md, sections 1 and 6). The output depends on the options alone; memory not on --trades.
 */
import { POPULATIONS, resolveSimulateOptions } from '../helpers/simulate/options.ts';
import { renewSimulatedFolder } from '../helpers/simulate/simulated_folder.ts';
import { presentSimulation } from '../helpers/simulate/simulated_folder_report.ts';
import { defineStep, made, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';

const SIZE = 'How much';
const WORLD = 'What kind of world';

await runStep(
  defineStep({
    id: 'simulate_market',
    options: {
      trades: { type: 'number', default: 200_000, describe: 'fills to write (rows; N makers give N+1)', group: SIZE },
      wallets: { type: 'number', defaultDescription: 'by trades and population', describe: 'wallets', group: SIZE },
      markets: { type: 'number', defaultDescription: 'trades / 500', describe: 'markets', group: SIZE },
      days: { type: 'number', default: 60, describe: 'length of the period, days', group: SIZE },
      'end-date': {
        type: 'string',
        default: '2026-03-01',
        describe: 'first day after the period, UTC, as 2026-03-01',
        group: WORLD,
      },
      population: {
        choices: POPULATIONS,
        default: 'whole' as const,
        describe:
          'active: wallets that trade often; whole: also the many that come once (see 1_data_pipeline/README.md)',
        group: WORLD,
      },
      difficulty: {
        type: 'string',
        default: 'medium',
        describe: 'how close insiders look to casuals: easy, medium, hard or 0 to 1',
        group: WORLD,
      },
      insiders: {
        type: 'number',
        default: 0.006,
        describe: 'share of wallets that are insiders, 0..1; 0: no informed flow',
        group: WORLD,
      },
      format: {
        choices: ['csv', 'parquet'] as const,
        default: 'csv' as const,
        describe: 'format of the fills',
        group: WORLD,
      },
    },
    inputs: {},
    isIncremental: true,
    settings: ({
      trades,
      wallets,
      markets,
      days,
      population,
      difficulty,
      insiders,
      format,
      seed,
      'end-date': endDate,
    }) =>
      resolveSimulateOptions({
        nTrades: trades,
        nWallets: wallets,
        nMarkets: markets,
        nDays: days,
        endDate,
        population,
        difficulty,
        insiderShare: insiders,
        format,
        seed,
      }),
    compute: async (_, settings, ctx) => {
      const folder = await renewSimulatedFolder(ctx, settings, ctx.startWork);
      return folder.result === null ? unchanged(folder) : made({ facts: folder });
    },
    present: presentSimulation,
  }),
);
