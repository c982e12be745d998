/**
 * Above which chance does following a fill pay, after costs?
 *
 * Reads   16_trade_predictions, 10_raw_trades, 10_markets
 * Writes  17_thresholds; reports/thresholds.json; a section of the report
 * Method  every scored fill is followed by an order of its own in an event-driven replay of the trades (helpers/backtest),
 *         at four delays; precision, recall, win rate and return after fees and half spread for .50 … .90, with intervals
 *         from a bootstrap of whole markets (Field & Welsh 2007); price only and the base rate beside.
 */
import { analyseThresholdStep, THRESHOLD_STEP_OPTIONS } from '../helpers/profit/threshold_step.ts';
import { runScript } from '../helpers/run/script.ts';

await runScript('analyze_thresholds', THRESHOLD_STEP_OPTIONS, analyseThresholdStep);
