/** What is given up and what is bought in a round, each asked of the risk engine and written down before it is sent. */
import { DAY_MS } from '../run/clock.ts';
import { EXIT_RULES, exitOf } from '../trade/exits.ts';
import type { Funnel } from '../trade/funnel.ts';
import { edgeOf } from '../trade/sizing/size_bet.ts';
import type { Intent, RiskDecision } from '../trade/types.ts';
import type { Account } from './account.ts';
import { type Candidate, entryIntent, exitIntent, wantedBets } from './entries.ts';
import { termsOf } from './markets.ts';
import type { TraderParts } from './trader_parts.ts';

/** A market that was given up at a loss is left alone for so long. */
const LEFT_ALONE_MS = DAY_MS;

export class Decisions {
  nDenied = 0;

  /**
   * @param funnel that of the day
   * @param save writes down all that a restart needs
   */
  constructor(
    private readonly parts: TraderParts,
    private readonly account: Account,
    private readonly funnel: () => Funnel,
    private readonly save: () => void,
  ) {}

  /** Gives up what the rules say, whatever else is forbidden. */
  async exits(): Promise<void> {
    const { engine, markets, forecasts, view, nowMs, newId } = this.parts;
    for (const position of engine.positions) {
      const { ticker } = position.market;
      const quote = view.quote(ticker);
      if (quote === null || this.account.hasOrder(ticker)) continue;
      const forecast = forecasts.of(ticker, nowMs());
      const p = forecast.kind === 'known' ? forecast.p : null;
      const closesMs = markets.get(ticker)?.closesMs ?? Number.POSITIVE_INFINITY;
      const exit = exitOf(position, { quote, p, closesMs, nowMs: nowMs() }, EXIT_RULES);
      if (exit === null) continue;
      const { verdict } = await this.send(exitIntent(position.market, exit, newId(), this.knownMs()));
      if (exit.kind !== 'stop' || verdict === 'deny') continue;
      const sinceMs = nowMs();
      const lock = { scope: 'market', name: ticker, why: 'given up at a loss', sinceMs } as const;
      engine.lock({ ...lock, untilMs: sinceMs + LEFT_ALONE_MS }, sinceMs);
    }
  }

  /** Buys what is wanted and allowed. */
  async entries(): Promise<void> {
    const { markets, rules, engine, newId, nowMs } = this.parts;
    this.funnel().reach('seen', markets.nScanned);
    for (const [reason, n] of Object.entries(markets.stopped)) this.funnel().stop('watched', reason, n);
    const bankrollMicros = rules.isReinvested ? Math.max(0, engine.figures.equityMicros) : rules.bankrollMicros;
    const wanted = wantedBets(this.candidates(), bankrollMicros, rules.sizing, nowMs(), this.funnel());
    for (const one of wanted) {
      const isWorth = (countHundredths: number): boolean =>
        edgeOf(one.bet, one.terms, countHundredths) >= rules.sizing.edgeMin;
      const decision = await this.send(entryIntent(one, newId(), this.knownMs()), isWorth);
      this.funnel().decide(decision);
      if (decision.verdict === 'deny') this.nDenied++;
    }
  }

  private candidates(): Candidate[] {
    const { markets, forecasts, view, engine, nowMs } = this.parts;
    const held = new Set(engine.positions.map(({ market }) => market.ticker));
    return markets.watched.map((market) => ({
      market,
      terms: termsOf(market),
      forecast: forecasts.of(market.ticker, nowMs()),
      quote: view.quote(market.ticker),
      taken: held.has(market.ticker)
        ? 'a position is held already'
        : this.account.hasOrder(market.ticker)
          ? 'an order is under way'
          : this.parts.whyBarred(market),
    }));
  }

  /**
   * Asks the risk engine, writes down what it allows, and sends that.
   * @param isWorth whether that many hundredths are worth an order; the engine may allow fewer than were wanted
   */
  private async send(
    intent: Intent,
    isWorth: (countHundredths: number) => boolean = () => true,
  ): Promise<RiskDecision> {
    const { engine, desk, nowMs } = this.parts;
    const decision = engine.admit(intent, nowMs());
    const { countHundredths } = decision;
    if (countHundredths === 0) return decision;
    if (!isWorth(countHundredths)) {
      engine.onCancelled(intent.clientOrderId, countHundredths);
      this.funnel().stop('sent', 'the fee is too much for what the limits leave');
      return decision;
    }
    this.account.await(intent.clientOrderId);
    this.save();
    const { state } = await desk.submit({ ...intent, countHundredths });
    if (intent.action === 'sell') return decision;
    if (state === 'refused') this.funnel().stop('sent', 'refused by the exchange');
    else this.funnel().reach('sent');
    return decision;
  }

  /** Nothing later than this is known. */
  private knownMs(): number {
    return this.parts.heardMs() ?? 0;
  }
}
