/** A process that decides alerts and sends them, to be killed: `node … <folder> <webhook url> <number of alerts>`. */
import { noteDecisions } from '../../alerts/decide.ts';
import { dispatchAlerts } from '../../alerts/dispatch.ts';
import { createLimiter } from '../../alerts/limits.ts';
import { openOutbox } from '../../alerts/outbox/outbox.ts';
import { createDiscordSink } from '../../alerts/sinks/discord_sink.ts';
import { realPorts } from '../../http/ports.ts';
import { MINUTE_MS, nowMs } from '../../run/clock.ts';
import { madeUpRecord } from './made_up_record.ts';

const [folder, url, n] = process.argv.slice(2);
const outbox = openOutbox(folder, nowMs());
const limiter = createLimiter(outbox.rows(), { nPerDay: Number.POSITIVE_INFINITY, marketPauseMs: 0, groupPauseMs: 0 });
const sink = createDiscordSink('hook', url);
const records = Array.from({ length: Number(n) }, (_, i) => madeUpRecord({ tradeId: `t${i}`, decidedMs: nowMs() }));
process.stdout.write('open\n');
noteDecisions({ outbox, limiter, routes: [{ sink: 'hook', kind: 'discord', categories: 'rest' }] }, records);
const warn = (line: string): boolean => process.stdout.write(`${line}\n`);
const endMs = nowMs() + MINUTE_MS;
await dispatchAlerts({ outbox, limiter, sinks: [sink], stopped: new Set(), ports: realPorts(), endMs, warn });
outbox.close();
