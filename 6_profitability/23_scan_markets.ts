/**
 * Which open markets are worth watching?
 *
 * Reads   Kalshi's public interface: series, events, all open markets, the last trades of those that are traded most
 * Writes  live/scan/watch_list.json: the markets with prices, rules and fee type, and what stopped each of the others
 * Method  every page within the venue's limits; a scan that was stopped goes on at its last page for ten minutes
 */
import { realPorts } from '../helpers/http/ports.ts';
import { scanMarkets } from '../helpers/scan/scan_markets.ts';
import { SCAN_OPTIONS, scanSettings } from '../helpers/scan/scan_options.ts';
import { presentScan, SCAN_SECTION } from '../helpers/scan/scan_report.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runService } from '../helpers/step/run_service.ts';

await runService(
  defineStep({
    id: 'scan_markets',
    options: SCAN_OPTIONS,
    inputs: {},
    isIncremental: true,
    section: SCAN_SECTION,
    settings: scanSettings,
    compute: async (_, settings, ctx) => {
      ctx.startWork();
      return made({ facts: await scanMarkets(ctx, settings, realPorts()) });
    },
    present: presentScan,
  }),
);
