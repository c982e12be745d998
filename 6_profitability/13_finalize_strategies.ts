/**
 * Which strategy remains, and what does it earn on a period that nobody has looked at?
 *
 * Reads   15_trade_features, 16_trade_predictions, 10_raw_trades, 10_markets
 * Writes  17_strategies, 17_strategy_trades, 17_strategy_equity; reports/strategies.json; models/trade_profit,
 *         models/whale_filter_xgb.json; a section of the report
 * Method  a threshold is chosen on validation fills whose results were known before the test; it, Sniper (>= .75) and God
 *         Mode (>= .90) are replayed once on the test fills with a bankroll, fees, delay and half spread; beside them the
 *         reverse, random trades at the same prices and price alone; Sharpe ratios deflated by all trials (Bailey & López
 *         de Prado 2014). The final model is trained on all fills.
 */
import { finalizeStrategies, STRATEGY_STEP_OPTIONS } from '../helpers/profit/strategy_step.ts';
import { runScript } from '../helpers/run/script.ts';

await runScript('finalize_strategies', STRATEGY_STEP_OPTIONS, finalizeStrategies);
