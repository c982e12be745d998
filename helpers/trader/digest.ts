/** 27: a day of trading by hand, from what its trader has kept, or from the ledger and the intent log. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DAY_MS, isoDay, nowMs } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { readJsonAs } from '../run/files.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionValues } from '../run/options.ts';
import type { Mode } from '../trade/execution/executor.ts';
import { IntentLog } from '../trade/execution/intent_log.ts';
import { Funnel, type FunnelState } from '../trade/funnel.ts';
import { Ledger } from '../trade/ledger/ledger.ts';
import { openLedger } from './open_trader.ts';
import { traderFolder } from './trader_options.ts';
import { keptDay, type TradingDay, tradingDay } from './trading_day.ts';

export const DIGEST_OPTIONS = inGroup('Which day', {
  mode: option.choice(['paper', 'demo', 'live'], 'paper', 'whose trading'),
  date: {
    type: 'string',
    describe: 'day in UTC, as 2026-12-01',
    defaultDescription: 'yesterday',
  },
  send: option.flag('send it to Discord and Telegram, as the alerts are'),
});

export interface DigestSettings {
  readonly mode: Mode;
  readonly day: string;
  readonly isSent: boolean;
}

/** @throws InputError 'bad-option' for what is no day, or has not begun */
export function digestSettings(options: OptionValues<typeof DIGEST_OPTIONS>): DigestSettings {
  const { mode, date = isoDay(nowMs() - DAY_MS), send } = options;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || isoDay(ms) !== date)
    throw new InputError('bad-option', `--date ${date} is no day`, 'write it as 2026-12-01');
  if (ms > nowMs()) throw new InputError('bad-option', `--date ${date} has not begun`, 'give a day that has');
  return { mode, day: date, isSent: send };
}

const STATE = z.looseObject({
  accountId: z.string(),
  day: z.string(),
  funnel: z.custom<FunnelState>((value) => value === null || typeof value === 'object').nullable(),
});

/**
 * The day of the settings; null where nothing was ever traded.
 * @throws InputError 'busy' while a trader has the ledger and has not kept the day
 */
export async function digestOf(dataDir: string, { mode, day }: DigestSettings): Promise<TradingDay | null> {
  const folder = traderFolder(dataDir, mode);
  const path = join(folder, 'state.json');
  if (!existsSync(path)) return null;
  const kept = keptDay(folder, day);
  if (kept !== null) return kept;
  const state = readJsonAs(path, STATE, 'the state of the trader', 'restore it from a copy');
  const funnel = state.day === day && state.funnel !== null ? new Funnel(state.funnel).lines() : null;
  const log = IntentLog.open(folder);
  try {
    const database = await openLedger(folder, mode, state.accountId);
    try {
      return await tradingDay({ mode, folder, ledger: await Ledger.open(database), log }, day, funnel);
    } finally {
      await database.close();
    }
  } finally {
    log.close();
  }
}
