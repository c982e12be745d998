/**
 * The record of one decision: what a rule said of a wallet, a market or a trade, when, from what it knew, and why no alert was
 * sent if none was. Every alert, near miss and suppressed alert has one; the outbox keeps it, the scorecard reads it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What makes two decisions the same one: a rule decides once about one subject. */
export interface AlertSubject {
  readonly rule: string;
  readonly venue: string | null;
  readonly marketId: string | null;
  readonly wallet: string | null;
  /** The fill where the rule is about one trade, else null. */
  readonly tradeId: string | null;
  /** What else tells two decisions apart: the UTC day of a rule that may speak daily, the start of a cluster's window. */
  readonly period: string | null;
}

const ID_LENGTH = 24;

/** Id of a decision: 24 hexadecimal digits of a SHA-256 over rule, venue, market, wallet, trade and period. */
export function alertId({ rule, venue, marketId, wallet, tradeId, period }: AlertSubject): string {
  const text = JSON.stringify([rule, venue, marketId, wallet, tradeId, period]);
  return createHash('sha256').update(text).digest('hex').slice(0, ID_LENGTH);
}

/** What a decision says: send; close to the bar but below it; above the bar but a filter knows better. */
const VERDICTS = ['alert', 'near_miss', 'suppressed'] as const;

const timestampMs = z.number().int().nonnegative();

/** Links are made by this project, never taken from a venue's text; anything but a web address is refused. */
const link = z.object({ label: z.string().min(1), url: z.string().regex(/^https?:\/\/[^\s()<>"\\]+$/) });

export const ALERT_RECORD = z.object({
  id: z.string().regex(/^[0-9a-f]{24}$/),
  rule: z.string().min(1),
  verdict: z.enum(VERDICTS),
  /** Why no alert was sent: the filter, or what was missing to the bar. Null for an alert. */
  whyNot: z.string().nullable(),
  /** Null for what this project says of itself: tests and digests. */
  venue: z.string().min(1).nullable(),
  marketId: z.string().nullable(),
  eventId: z.string().nullable(),
  wallet: z.string().nullable(),
  tradeId: z.string().nullable(),
  period: z.string().nullable(),
  /** Group of markets that a cluster alert is about: its pause is that of the group. Null for an alert about one market. */
  group: z.string().nullable(),
  /** sports, politics, crypto or other: chooses the webhook. */
  category: z.string().min(1),
  /** One line for people. It and the names below may hold text of a venue, as it came. */
  title: z.string(),
  marketTitle: z.string().nullable(),
  outcomeName: z.string().nullable(),
  outcomeIndex: z.union([z.literal(0), z.literal(1)]).nullable(),
  /** USD per share of the outcome named, in the trade that the alert is about; what the scorecard starts from. */
  price: z.number().min(0).max(1).nullable(),
  amountUsd: z.number().nonnegative().nullable(),
  /** When the trade happened at the venue, ms since 1970 UTC. */
  eventMs: timestampMs,
  /** When this machine had it. */
  receivedMs: timestampMs,
  decidedMs: timestampMs,
  /** Higher is more unusual; what it means depends on the rule. */
  score: z.number().nullable(),
  /** p-value, where the rule has one. */
  p: z.number().min(0).max(1).nullable(),
  /** Sentences with numbers, the most important first. */
  reasons: z.array(z.string()),
  /** The figures that the rule looked at, by name. */
  known: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Run of the model that scored it; null for a rule without a model. */
  modelRun: z.string().nullable(),
  links: z.array(link),
  /** Sent to try the way: marked as a test, and no limit counts it. */
  isTest: z.boolean(),
});

export type AlertRecord = Readonly<z.infer<typeof ALERT_RECORD>>;

/** What a message of the project itself says. */
type OwnMessage = Pick<AlertRecord, 'rule' | 'title' | 'eventMs' | 'reasons' | 'known' | 'isTest'> &
  Pick<AlertSubject, 'period'>;

/** The record of a message that speaks of no market and no wallet: a digest, a test. */
export function messageRecord({ rule, period, ...own }: OwnMessage, nowMs: number): AlertRecord {
  const subject = { rule, venue: null, marketId: null, wallet: null, tradeId: null, period };
  return {
    ...subject,
    id: alertId(subject),
    verdict: 'alert',
    whyNot: null,
    eventId: null,
    group: null,
    category: 'other',
    marketTitle: null,
    outcomeName: null,
    outcomeIndex: null,
    price: null,
    amountUsd: null,
    receivedMs: nowMs,
    decidedMs: nowMs,
    score: null,
    p: null,
    modelRun: null,
    links: [],
    ...own,
  };
}
