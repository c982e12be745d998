/**
 * What would a market with known insiders, bots and wash rings look like?
 *
 * Reads   nothing
 * Writes  00_simulated: raw/ (poly_data v1 fills and markets, Gamma markets), truth/ (who is what), marginals.md
 * Method  probabilities follow a martingale to resolution; every match gives N+1 rows; informed flow moves prices for good
 *         (design/methods.md, sections 1 and 6). The output depends on the options alone; memory not on --trades.
 */
import { inGroup, option } from '../helpers/run/option_kinds.ts';
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
      ...inGroup(SIZE, {
        trades: option.number(200_000, 'fills to write (rows; N makers give N+1)'),
        wallets: { type: 'number', defaultDescription: 'by trades and population', describe: 'wallets' },
        markets: { type: 'number', defaultDescription: 'trades / 500', describe: 'markets' },
        days: option.number(60, 'length of the period, days'),
      }),
      ...inGroup(WORLD, {
        'end-date': option.text('2026-03-01', 'first day after the period, UTC, as 2026-03-01'),
        population: option.choice(
          POPULATIONS,
          'whole',
          'active: wallets that trade often; whole: also the many that come once (see 1_data_pipeline/README.md)',
        ),
        difficulty: option.text('medium', 'how close insiders look to casuals: easy, medium, hard or 0 to 1'),
        insiders: option.number(0.006, 'share of wallets that are insiders, 0..1; 0: no informed flow'),
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
