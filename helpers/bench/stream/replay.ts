/** A recorded day through the fold, as fast as it goes, twice. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { trainStreamModel } from '../../demo/stream_model.ts';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS, nowMs } from '../../run/clock.ts';
import { formatCount } from '../../run/console.ts';
import { StreamAnalyzer } from '../../stream/analyzer.ts';
import { parseEvent } from '../../stream/events.ts';
import { ALERT_SETTINGS } from '../../stream/trade_alerts.ts';
import { loadActiveTradeModel } from '../../trade_anomaly/trade_model.ts';
import { madeHistory, quietTrade, whaleTrade } from './made_trades.ts';

const N_TRADES = 600_000;
const N_PER_WHALE = 5000;
const N_IDS = 16_000_000;
/** Lines that lie together, as a bus or a file hands them out. */
const N_PER_PIECE = 500;

/** The log of a day in pieces. */
function recordedDay(): string[] {
  const random = createRandom(2);
  const startMs = nowMs();
  const lines = Array.from({ length: N_TRADES }, (_, i) => {
    const tsMs = startMs + i / 10;
    const trade = i % N_PER_WHALE === N_PER_WHALE - 1 ? whaleTrade(random, i, tsMs) : quietTrade(random, i, tsMs);
    return JSON.stringify({ kind: 'trade', received_ms: tsMs + 2, ...trade });
  });
  lines.push(JSON.stringify({ kind: 'tick', received_ms: startMs + DAY_MS }));
  const nPieces = Math.ceil(lines.length / N_PER_PIECE);
  return Array.from({ length: nPieces }, (_, i) => lines.slice(i * N_PER_PIECE, (i + 1) * N_PER_PIECE).join('\n'));
}

interface Run {
  readonly nTrades: number;
  readonly nAlerts: number;
  readonly sha256: string;
  readonly perS: number;
  readonly perCpuS: number;
}

function fold(pieces: readonly string[], model: ReturnType<typeof loadActiveTradeModel>): Run {
  const analyzer = new StreamAnalyzer({ latenessMs: 10, nIds: N_IDS, alerts: ALERT_SETTINGS }, () => model);
  const digest = createHash('sha256');
  const [before, beganMs] = [process.cpuUsage(), performance.now()];
  let nAlerts = 0;
  for (const piece of pieces) {
    for (const line of piece.split('\n'))
      for (const record of analyzer.take(parseEvent(line))) {
        digest.update(JSON.stringify(record));
        if (record.verdict === 'alert') nAlerts++;
      }
    analyzer.seen.kept();
  }
  const { user, system } = process.cpuUsage(before);
  const { nTrades } = analyzer.counts;
  return {
    nTrades,
    nAlerts,
    sha256: digest.digest('hex'),
    perS: nTrades / ((performance.now() - beganMs) / 1000),
    perCpuS: nTrades / ((user + system) / 1e6),
  };
}

/** @returns rates by the clock and by the processor, and whether both runs gave the same bytes */
export function replay(folder: string): object {
  const modelsDir = join(folder, 'replay_models');
  trainStreamModel(madeHistory(), modelsDir, 1);
  const model = loadActiveTradeModel(modelsDir, 'kalshi');
  const pieces = recordedDay();
  const runs = [1, 2].map(() => fold(pieces, model));
  for (const { perS, perCpuS } of runs)
    process.stdout.write(
      `replay: ${formatCount(Math.round(perS))} trades/s, ${formatCount(Math.round(perCpuS))} a second of CPU\n`,
    );
  const [first, second] = runs;
  return {
    trades: first.nTrades,
    trades_per_s: Math.round(Math.max(first.perS, second.perS)),
    trades_per_cpu_s: Math.round(Math.max(first.perCpuS, second.perCpuS)),
    planted: Math.floor(N_TRADES / N_PER_WHALE),
    alerts: first.nAlerts,
    same_bytes: first.sha256 === second.sha256,
  };
}
