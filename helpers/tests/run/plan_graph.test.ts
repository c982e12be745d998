import { expect, test } from 'vitest';
import { createLog } from '../../run/console.ts';
import { planGraph } from '../../run/plan_graph.ts';
import { refusal } from '../refusal.ts';

const GRAPH = {
  dataDir: 'd',
  nSimulatedTrades: 5,
  from: null,
  only: null,
  common: [],
  log: createLog({ quiet: true }),
};

test('what is said of raw files reaches the import and no other step', () => {
  const imports = ['--columns', 'time=When,market=@file', '--time-zone', 'Europe/Paris'];
  const planned = planGraph({ ...GRAPH, rawFolder: 'raw', asOf: null, imports });
  expect(planned.filter(({ args }) => args.includes('--columns')).map(({ step, args }) => [step.id, args])).toEqual([
    ['import_trades', ['--input', 'raw', ...imports]],
  ]);
  expect(refusal(() => planGraph({ ...GRAPH, rawFolder: null, asOf: null, imports }))).toBe(
    'bad-option: --columns has no effect on a simulated market',
  );
});

test('T reaches every step that looks back from it, and its own options alone', () => {
  const planned = planGraph({ ...GRAPH, rawFolder: 'raw', asOf: '2026-01-09' });
  const told = planned.filter(({ args }) => args.includes('--as-of'));
  expect(told.map(({ step }) => step.id)).toEqual(['build_features', 'test_wallet_skill', 'detect_wash_trading']);
  for (const { args } of told) expect(args).toEqual(['--as-of', '2026-01-09']);
});

test('folders whose names hold patterns are handed to the steps as they are', () => {
  const dataDir = "data$&$'{raw}";
  const log = createLog({ quiet: true });
  const planned = planGraph({
    dataDir,
    rawFolder: 'raw$`{data}$&',
    nSimulatedTrades: 5,
    asOf: null,
    from: null,
    only: 'import_trades',
    common: ['--data-dir', dataDir],
    log,
  });
  expect(planned.map(({ args }) => args)).toEqual([['--input', 'raw$`{data}$&', '--data-dir', dataDir]]);
});
