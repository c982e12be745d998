import { expect, it } from 'vitest';
import { type FillSink, USDC } from '../../simulate/fill_sink.ts';
import { resolveSimulateOptions } from '../../simulate/options.ts';
import { CASUAL, INSIDER } from '../../simulate/population.ts';
import { MarketSimulation } from '../../simulate/simulation.ts';

/** Probability that a random insider's mean trade exceeds a random casual's (area under the curve of a one-column detector). */
function sizeAuc(difficulty: number): number {
  const options = resolveSimulateOptions({
    population: 'active',
    nTrades: 200_000,
    nWallets: 8000,
    nMarkets: 400,
    difficulty,
    seed: 21,
  });
  const usd = new Float64Array(options.nWallets);
  const n = new Float64Array(options.nWallets);
  const traded = new Set<number>();
  const sink: FillSink = {
    beginMatch: () => {},
    fill: (maker, makerAsset, makerAmount, _taker, _takerAsset, takerAmount) => {
      usd[maker] += makerAsset === USDC ? makerAmount : takerAmount;
      n[maker]++;
    },
  };
  const simulation = new MarketSimulation(options, sink, {
    insiderBought: (wallet) => traded.add(wallet),
    newsArrived: () => {},
    ringMoved: () => {},
    beliefAt: () => {},
  });
  while (simulation.step());
  const { types } = simulation.population;
  const means = (type: number): number[] =>
    [...usd.keys()]
      .filter((i) => types[i] === type && n[i] > 0 && (type !== INSIDER || traded.has(i)))
      .map((i) => usd[i] / n[i]);
  const casual = means(CASUAL).sort((a, b) => a - b);
  const insider = means(INSIDER);
  expect(insider.length).toBeGreaterThan(30);
  const nBelow = insider.reduce((sum, value) => sum + casual.filter((c) => c < value).length, 0);
  return nBelow / (insider.length * casual.length);
}

it('insiders are the harder to tell from casuals by size, the higher the difficulty', () => {
  const [easy, medium, hard] = [0, 0.5, 1].map(sizeAuc);
  expect(easy).toBeGreaterThan(0.95);
  expect(medium).toBeLessThan(easy - 0.03);
  expect(hard).toBeLessThan(medium - 0.05);
  expect(hard).toBeGreaterThan(0.4);
});
