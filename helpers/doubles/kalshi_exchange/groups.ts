/** Order groups: the exchange's own kill switch. More contracts filled in 15 seconds than the limit, and all of a group's orders are cancelled. */
import { randomUUID } from 'node:crypto';
import { countText, Refusal } from './wire.ts';

const WINDOW_MS = 15_000;
const LIMIT_MAX = 100_000_000;

interface OrderGroup {
  readonly id: string;
  /** Hundredths of a contract. */
  limit: number;
  fills: { readonly atMs: number; readonly count: number }[];
  isTriggered: boolean;
}

export class OrderGroups {
  private readonly groups = new Map<string, OrderGroup>();

  /** @param onTriggered cancels the orders of a group */
  constructor(private readonly onTriggered: (id: string) => void) {}

  create(limit: number): string {
    this.checkLimit(limit);
    const id = randomUUID();
    this.groups.set(id, { id, limit, fills: [], isTriggered: false });
    return id;
  }

  get(id: string): OrderGroup {
    const group = this.groups.get(id);
    if (group === undefined) throw new Refusal(404, 'not_found', 'order group not found');
    return group;
  }

  /** Whether a new order may join. @throws Refusal */
  admit(id: string): void {
    if (this.get(id).isTriggered) throw new Refusal(400, 'order_group_triggered');
  }

  filled(id: string, count: number, atMs: number): void {
    const group = this.get(id);
    group.fills = [...group.fills.filter((fill) => fill.atMs > atMs - WINDOW_MS), { atMs, count }];
    if (this.inWindow(group) > group.limit) this.trigger(id);
  }

  trigger(id: string): void {
    this.get(id).isTriggered = true;
    this.onTriggered(id);
  }

  reset(id: string): void {
    const group = this.get(id);
    group.isTriggered = false;
    group.fills = [];
  }

  setLimit(id: string, limit: number): void {
    this.checkLimit(limit);
    const group = this.get(id);
    group.limit = limit;
    if (this.inWindow(group) > limit) this.trigger(id);
  }

  remove(id: string): void {
    this.get(id);
    this.onTriggered(id);
    this.groups.delete(id);
  }

  /** How a group reads. */
  row(id: string): Record<string, unknown> {
    return { contracts_limit_fp: countText(this.get(id).limit), is_auto_cancel_enabled: true };
  }

  rows(): Record<string, unknown>[] {
    return [...this.groups.keys()].map((id) => ({ id, ...this.row(id) }));
  }

  private inWindow({ fills }: OrderGroup): number {
    return fills.reduce((sum, { count }) => sum + count, 0);
  }

  private checkLimit(limit: number): void {
    if (limit < 100 || limit > LIMIT_MAX) throw new Refusal(400, 'invalid_contracts_limit');
  }
}
