/**
 * Which single trades are unlike the others?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/<venue>_trade_anomaly/<run>/ and current.json; models/<venue>_trade_model.json and .onnx
 * Method  isolation forest on the seven figures of a trade and its category, of Polymarket its wallet's as well, each as it was known
 *         when the trade happened (helpers/trade_anomaly/trade_fold.ts, which the stream uses, too); two of the three days to learn
 *         from, the last for conformal p-values
 */
import { FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { AS_OF_OPTION, resolveAsOf } from '../helpers/features/wallets/as_of.ts';
import { DAY_MS } from '../helpers/run/clock.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';
import { tradeModelName, VENUES } from '../helpers/trade_anomaly/trade_model.ts';
import { tradeModelEntry } from '../helpers/trade_anomaly/trade_model_entry.ts';
import { presentTradeModel, tradeModelSection } from '../helpers/trade_anomaly/trade_model_report.ts';
import { trainTradeModel } from '../helpers/trade_anomaly/train_model.ts';

const FLAGS = 'What is flagged';

const steps = VENUES.map((ofVenue) =>
  defineStep({
    id: 'trade_anomaly_model',
    part: ofVenue,
    when: ({ venue }) => venue === ofVenue,
    options: {
      venue: {
        choices: VENUES,
        default: 'polymarket' as (typeof VENUES)[number],
        describe: 'whose trades',
        group: 'Data',
      },
      'as-of': AS_OF_OPTION,
      days: {
        type: 'number',
        default: 3,
        describe: 'days before T to learn from and to calibrate with',
        range: { from: 0, to: 366, isOpen: true, unit: 'days' },
        group: 'When',
      },
      fdr: FDR_OPTION,
      budget: {
        type: 'number',
        default: 20,
        describe: 'alerts a day that are to be possible at the false discovery rate',
        range: integerMin(1),
        group: FLAGS,
      },
    },
    inputs: { trades: RAW_TRADES, markets: MARKETS },
    model: tradeModelName(ofVenue),
    section: tradeModelSection(ofVenue),
    settings: (options, { trades }, log) => {
      const untilMs = resolveAsOf(trades, options['as-of'], log);
      return { fromMs: untilMs - options.days * DAY_MS, untilMs, fdr: options.fdr, budget: options.budget };
    },
    compute: async ({ trades, markets }, settings, { seed, executor }) => {
      const job = { ...settings, trades, markets: readTable(markets), venue: ofVenue, seed, executor };
      const trained = await trainTradeModel(job);
      if ('reason' in trained) return trained;
      return made({ model: tradeModelEntry(trained), facts: trained.facts });
    },
    present: presentTradeModel,
  }),
);

await runStep(...steps);
