/**
 * Which wallets trade in circles among themselves?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  12_wash_rings (one row per wallet in a near-closed group)
 * Method  matches from transactions of one taker and its makers; groups whose wallets trade at least half of their volume among
 *         themselves and undo it there (after Sirolly et al. 2025); flags by a false discovery rate from rewired networks, in
 *         which each wallet has as many matches of the same sizes. Skipped where the tape does not say who met whom.
 */
import { FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { AS_OF_OPTION, resolveAsOf } from '../helpers/features/wallets/as_of.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, skipped, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, WASH_RINGS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';
import { calibrateRings, countFlaggedWallets } from '../helpers/wash/calibrate_rings.ts';
import { readMatches } from '../helpers/wash/read_matches.ts';
import { presentWash, WASH_SECTION } from '../helpers/wash/wash_report.ts';
import { washFrame } from '../helpers/wash/wash_table.ts';

await runStep(
  defineStep({
    id: 'detect_wash_trading',
    options: {
      'as-of': AS_OF_OPTION,
      ...inGroup(FDR_OPTION.group, {
        rewired: option.number(40, 'rewired networks that scores are compared with', integerMin(10, 10_000)),
      }),
      fdr: FDR_OPTION,
    },
    inputs: { trades: withWallets(RAW_TRADES), markets: MARKETS },
    outputs: [WASH_RINGS],
    section: WASH_SECTION,
    settings: (options, { trades }, log) => ({
      asOfMs: resolveAsOf(trades, options['as-of'], log),
      nRewired: options.rewired,
      fdr: options.fdr,
    }),
    compute: async ({ trades, markets }, { asOfMs, nRewired, fdr }, { seed, log }) => {
      const { matches, names, counts } = await readMatches(trades, readTable(markets), asOfMs);
      if (counts.nMatches === 0)
        return skipped(
          'no transaction has the fills of a taker and of its makers, so nobody knows who traded with whom',
        );
      const progress = log.progress('rewired networks', nRewired);
      const found = calibrateRings(matches, { fdr, nRewired, seed }, progress.update);
      progress.done();
      const { rings, nFlagged, rewiredScores } = found;
      const facts = {
        counts,
        nRings: rings.length,
        nFlagged,
        nFlaggedWallets: countFlaggedWallets(found),
        rewiredScores,
      };
      return made({ tables: [[WASH_RINGS, washFrame(rings, names, asOfMs)]], facts });
    },
    present: presentWash,
  }),
);
