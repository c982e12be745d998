/** What 16 has besides the options of all live scripts: how alerts leave, and where they are kept. */
import { join } from 'node:path';
import type { AlertRecord } from '../alerts/record.ts';
import type { OptionSpecs } from '../run/options.ts';
import type { LiveWindow } from './live_options.ts';

const GROUP = 'What is sent';

export const ALERT_OPTIONS = {
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'print what would be sent: nothing is kept and nothing is sent',
    excludes: ['test-alerts'],
    group: GROUP,
  },
  'test-alerts': {
    type: 'boolean',
    default: false,
    describe: 'send one marked message to every sink (terminal, file, Discord), say what each answered, and end',
    group: GROUP,
  },
  replay: {
    type: 'string',
    describe:
      'take the looks of an earlier run again, from what is in its data folder, and compare the decisions; nothing is fetched or sent',
    excludes: ['dry-run', 'test-alerts'],
    group: 'What to look at',
  },
} as const satisfies OptionSpecs;

export interface ReplayFacts {
  readonly nLooks: number;
  readonly nDecisions: number;
  readonly nAlerts: number;
  /** How the decisions stand to those of the recording; null where it has none. */
  readonly compared: Compared | null;
}

export interface Compared {
  readonly nEqual: number;
  /** Ids of decisions that are in both, and say something else. */
  readonly different: readonly string[];
  readonly missing: readonly string[];
  readonly additional: readonly string[];
}

/** What one look has found. */
export interface LiveAlertsFacts {
  /** Lines that stand for all else: what sinks answered to a test. */
  readonly testLines: readonly string[];
  readonly window: LiveWindow | null;
  readonly nBets: number;
  readonly nWallets: number;
  readonly records: readonly AlertRecord[];
  /** Page of the case files of the alerts; null where there is none. */
  readonly casesPath: string | null;
  /** What a replay has found. */
  readonly replay: ReplayFacts | null;
  /** Deliveries so far, in words; null when nothing was to be sent. */
  readonly delivered: string | null;
}

/** Folder of the outbox and of the JSON lines. */
export function alertFolder(dataDir: string): string {
  return join(dataDir, 'live', 'alerts');
}

/** What there is to say before anything was looked at. */
export const NO_LOOK: LiveAlertsFacts = {
  testLines: [],
  window: null,
  nBets: 0,
  nWallets: 0,
  records: [],
  casesPath: null,
  replay: null,
  delivered: null,
};
