import { expect, it } from 'vitest';
import type { FillSink } from '../../simulate/fill_sink.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { MarketSimulation } from '../../simulate/simulation.ts';

it.each([
  ['active', 3000],
  ['whole', 15_000],
] as const)(
  'prices of the %s population are calibrated: among events priced at p, a share p of them happens',
  (population, nWallets) => {
    const options = resolveSimulateOptions({
      population,
      nTrades: 500_000,
      nWallets,
      nMarkets: 6000,
      nDays: 90,
      seed: 12,
    });
    const sink: FillSink = { beginMatch: () => {}, fill: () => {} };
    // One price per event, the last one before a midnight, so that observations are independent of each other.
    const priceOf = new Map<number, { market: number; price: number }>();
    const simulation: MarketSimulation = new MarketSimulation(options, sink, {
      insiderBought: () => {},
      newsArrived: () => {},
      ringMoved: () => {},
      beliefAt: (market) => {
        const event = simulation.catalogue.markets.events[market];
        const price = simulation.exchange.lastPriceMilli[market] / 1000;
        if (!Number.isNaN(price) && !priceOf.has(event)) priceOf.set(event, { market, price });
      },
    });
    while (simulation.step());
    const observed = [...priceOf.values()]
      .map(({ market, price }) => ({ price, payoff: simulation.payoff(market) }))
      .filter(({ payoff }) => !Number.isNaN(payoff));
    expect(observed.length).toBeGreaterThan(1500);
    const z = (items: typeof observed): number => {
      const surprise = items.reduce((sum, { price, payoff }) => sum + payoff - price, 0);
      return surprise / Math.sqrt(items.reduce((sum, { price }) => sum + price * (1 - price), 0));
    };
    // Ten deciles and the whole: none beyond 3.5 standard errors (probability .5 % for all of them together).
    expect(Math.abs(z(observed))).toBeLessThan(3.5);
    for (let decile = 0; decile < 10; decile++) {
      const items = observed.filter(({ price }) => Math.min(9, Math.floor(price * 10)) === decile);
      expect(items.length).toBeGreaterThan(50);
      expect(Math.abs(z(items))).toBeLessThan(3.5);
    }
  },
);
