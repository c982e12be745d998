import { expect, test } from 'vitest';
import { createLog } from '../../run/console.ts';
import { planGraph } from '../../run/pipeline_runner.ts';

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
