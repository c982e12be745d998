/**
 * Which wallets are right more often than their prices, and do they stay so?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  12_wallet_skill (one row per wallet with enough resolved events)
 * Method  price is the null. The opening positions of a wallet, one per event: how many won (excess accuracy, exact
 *         Poisson-binomial; Della Vedova 2026), and how much they pay against outcomes drawn by price (Gómez-Cram et al. 2026;
 *         10,000 to a million draws); Benjamini–Hochberg over all tested wallets; rank correlation of early and late events.
 */
import { FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { AS_OF_OPTION, resolveAsOf } from '../helpers/features/wallets/as_of.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { counted } from '../helpers/run/words.ts';
import { findSkill } from '../helpers/skill/skill_facts.ts';
import { presentSkill, SKILL_SECTION } from '../helpers/skill/skill_report.ts';
import { defineStep, made, skipped, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, WALLET_SKILL } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'test_wallet_skill',
    options: {
      'as-of': AS_OF_OPTION,
      ...inGroup('What is tested', {
        'min-events': option.number(10, 'resolved events that a wallet must have traded to be tested', integerMin(2)),
      }),
      fdr: FDR_OPTION,
    },
    inputs: { trades: withWallets(RAW_TRADES), markets: MARKETS },
    outputs: [WALLET_SKILL],
    section: SKILL_SECTION,
    settings: (options, { trades }, log) => ({
      asOfMs: resolveAsOf(trades, options['as-of'], log),
      minEvents: options['min-events'],
      fdr: options.fdr,
    }),
    compute: async ({ trades, markets }, { asOfMs, minEvents, fdr }, { seed, executor }) => {
      const source = { trades, markets: readTable(markets), asOfMs, minEvents };
      const { table, facts } = await findSkill(source, fdr, seed, executor);
      if (table === null)
        return skipped(
          facts.counts.nEvents === 0
            ? 'no event that wallets bet on is known to have resolved before T; results come with a list of markets'
            : `no wallet has bet on ${minEvents} events that resolved before T; ${counted(facts.counts.nEvents, 'event')} did`,
        );
      return made({ tables: [[WALLET_SKILL, table]], facts });
    },
    present: presentSkill,
  }),
);
