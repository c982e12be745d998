/** The active models of single trades; another one that is activated is picked up within a second. */
import type { StoredBaseline } from '../baselines/baseline_store.ts';
import { SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import type { Trade } from '../trade_anomaly/trade.ts';
import { activeTradeModelRun, loadActiveTradeModel, VENUES } from '../trade_anomaly/trade_model.ts';
import { categoryKey } from './analyzer.ts';

const LOOK_MS = SECOND_MS;

export type LoadedModel = ReturnType<typeof loadActiveTradeModel>;

export class ModelWatch {
  private readonly models = new Map<Trade['venue'], LoadedModel>();
  private readonly refused = new Map<Trade['venue'], string>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly modelsDir: string,
    private readonly note: (line: string) => void,
  ) {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Loads what there is. @throws InputError when no venue has a model, or a model is of no use */
  require(): void {
    for (const venue of VENUES) if (activeTradeModelRun(this.modelsDir, venue) !== null) this.load(venue);
    if (this.models.size === 0) loadActiveTradeModel(this.modelsDir, VENUES[0]);
    for (const venue of VENUES)
      if (!this.models.has(venue)) this.note(`no model for ${venue}: its trades are folded and not scored`);
  }

  of(venue: Trade['venue']): LoadedModel | null {
    return this.models.get(venue) ?? null;
  }

  /** What was ordinary in each category when the models were trained, by the analyzer's names of baselines. */
  categoryBaselines(): Map<string, StoredBaseline> {
    return new Map(
      [...this.models.values()].flatMap(({ categoryBaselines }) =>
        Object.entries(categoryBaselines).map(([category, baseline]) => [categoryKey(category), baseline] as const),
      ),
    );
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** A model that cannot be used does not take the place of one that can. */
  private look(): void {
    for (const venue of VENUES) {
      let run: string | null = null;
      try {
        run = activeTradeModelRun(this.modelsDir, venue);
        if (run === null || run === this.models.get(venue)?.run || run === this.refused.get(venue)) continue;
        this.load(venue);
        this.note(`model ${run} of ${venue} is active now`);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.refuse(venue, run, error);
      }
    }
  }

  /** Says it once. @param run null when not even that can be read */
  private refuse(venue: Trade['venue'], run: string | null, { message, hint }: InputError): void {
    const name = run ?? 'that is active';
    if (this.refused.get(venue) === name) return;
    this.refused.set(venue, name);
    this.note(`the model ${name} of ${venue} is not used: ${message} (${hint})`);
  }

  private load(venue: Trade['venue']): void {
    this.models.set(venue, loadActiveTradeModel(this.modelsDir, venue));
  }
}
