/** Kalshi as an ingestor sees it, both ways: what happens is told by the socket, unless a test keeps it back, and by REST soon after. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Double, ok, startDouble } from '../../doubles/server.ts';
import { type KalshiSocketDouble, startKalshiSocketDouble } from '../../doubles/sockets.ts';
import { isoTime } from '../../run/clock.ts';
import type { TradeEvent } from '../../stream/events.ts';
import { kalshiKey } from '../../venues/kalshi/api/signing.ts';

const ROOT = '/trade-api/v2';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

export interface KalshiVenue {
  readonly socket: KalshiSocketDouble;
  readonly rest: Double;
  readonly trades: readonly TradeEvent[];
  /** A trade happens; `skip` frames before it are lost, `isTold: false` keeps it from the socket. */
  trade(trade: TradeEvent, options?: { skip?: number; isTold?: boolean }): void;
  /** What the ingestor's environment must hold. */
  env(folder: string): Record<string, string>;
  close(): Promise<void>;
}

export const key = () => kalshiKey('id-1', pem);

function wireOf({ trade_id, ts_ms, contracts, outcome, price }: TradeEvent) {
  const yes = outcome === 0 ? price : 1 - price;
  return {
    trade_id,
    count_fp: contracts.toFixed(2),
    yes_price_dollars: yes.toFixed(4),
    no_price_dollars: (1 - yes).toFixed(4),
    taker_outcome_side: outcome === 0 ? 'yes' : 'no',
    created_time: isoTime(ts_ms),
  };
}

export async function startKalshiVenue(): Promise<KalshiVenue> {
  const trades: TradeEvent[] = [];
  const socket = await startKalshiSocketDouble(publicKey);
  const rest = await startDouble(({ path, query }) => {
    if (path === `${ROOT}/series`)
      return ok({
        series: [{ ticker: 'KXSIM', title: 'Sim', category: 'Politics', fee_type: 'quadratic', fee_multiplier: 1 }],
      });
    if (path === `${ROOT}/markets`) {
      const markets = (query.get('tickers') ?? '').split(',').map((ticker) => ({
        ticker,
        event_ticker: 'KXSIM',
        title: 'Will the bill pass the Senate?',
        status: 'active',
        result: '',
        open_time: '2026-01-01T00:00:00Z',
        close_time: '2027-01-01T00:00:00Z',
        latest_expiration_time: '2027-01-01T00:00:00Z',
        can_close_early: true,
        open_interest_fp: '1000.00',
      }));
      return ok({ markets, cursor: '' });
    }
    if (path !== `${ROOT}/markets/trades`) return ok({ markets: [], cursor: '' });
    const [minMs, maxMs] = [Number(query.get('min_ts') ?? 0) * 1000, Number(query.get('max_ts') ?? 1e12) * 1000];
    const from = query.get('cursor') ?? '';
    const found = trades.filter(({ ts_ms }) => ts_ms >= minMs && ts_ms <= maxMs).sort((a, b) => b.ts_ms - a.ts_ms);
    const start = from === '' ? 0 : Number(from);
    const limit = Number(query.get('limit') ?? 100);
    const page = found.slice(start, start + limit);
    const cursor = start + limit < found.length ? String(start + limit) : '';
    return ok({ trades: page.map((one) => ({ ...wireOf(one), ticker: one.market_id })), cursor });
  });
  return {
    socket,
    rest,
    trades,
    trade: (trade, { skip = 0, isTold = true } = {}) => {
      trades.push(trade);
      if (isTold)
        socket.send('trade', 'trade', { ...wireOf(trade), market_ticker: trade.market_id, ts_ms: trade.ts_ms }, skip);
    },
    env: (folder) => {
      writeFileSync(join(folder, 'key.pem'), pem);
      return {
        KALSHI_KEY_ID: 'id-1',
        KALSHI_PRIVATE_KEY_PATH: join(folder, 'key.pem'),
        KALSHI_FEED_URL: socket.url,
        KALSHI_URL: `${rest.baseUrl}${ROOT}`,
      };
    },
    close: async () => {
      await socket.close();
      await rest.close();
    },
  };
}
