/** A trader in the middle of its work: every number has a value. */
import { Funnel } from '../../trade/funnel.ts';
import type { TraderFacts } from '../../trader/trader_facts.ts';

export const BUSY_TRADER: TraderFacts = {
  mode: 'paper',
  atMs: 0,
  state: 'REDUCING',
  reasons: ['REDUCING by drawdown since 2026-12-01T00:00:00.000Z: a fall'],
  figures: {
    equityMicros: 40_000_000,
    bookEquityMicros: 45_000_000,
    peakMicros: 50_000_000,
    cashMicros: 30_000_000,
    realizedTodayMicros: -1_000_000,
    atRiskMicros: 15_000_000,
  },
  positions: [
    {
      market: { venue: 'kalshi', ticker: 'KXA', event: 'KXE', series: 'KX', category: 'Economics' },
      yesHundredths: -300,
      costMicros: 1_500_000,
      realizedMicros: 0,
      feesMicros: 10_000,
      openedMs: 0,
    },
  ],
  nOpenOrders: 1,
  orders: { done: 3, resting: 1 },
  funnel: new Funnel().state,
  funnelLines: new Funnel().lines(),
  nDifferences: 0,
  fillModel: 'paper',
};
