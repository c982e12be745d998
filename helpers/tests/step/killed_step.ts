/**
 * Makes two tables and a model with the runtime of the scripts; kill_at.ts kills it at a chosen file operation.
 * Called as `killed_step <data folder> <models folder> <generation>`.
 */
import './kill_at.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { pl } from '../../polars/polars.ts';
import { StatusBoard } from '../../status/board.ts';
import { defineStep, made } from '../../step/contract.ts';
import { performStep } from '../../step/run_step.ts';
import { columns, type TableSchema } from '../../tables/schema.ts';
import { testRun } from '../profit/predictions.ts';

const [dataDir, modelsDir, generation] = process.argv.slice(2);
const schemaOf = (name: string): TableSchema => ({
  name,
  folder: name,
  what: 'a test',
  madeBy: `make ${name}`,
  columns: columns('n: int64 generation'),
});
const [ONE, TWO] = ['one', 'two'].map(schemaOf);
const frame = () => pl.DataFrame({ n: [Number(generation)] }, { schema: { n: pl.Int64 } });

const step = defineStep({
  id: 'detect_archetypes',
  options: {},
  inputs: {},
  outputs: [ONE, TWO],
  model: 'numbers',
  section: { id: 'numbers', order: 10, title: 'Numbers' },
  settings: () => ({}),
  compute: () =>
    made({
      tables: [
        [ONE, frame()],
        [TWO, frame()],
      ],
      model: {
        model: { generation: Number(generation) },
        nRows: 1,
        published: { 'numbers.json': `{"generation":${generation}}` },
        card: { purpose: `Generation ${generation}.`, data: '', features: ['n'], split: '', metrics: [], limits: [] },
      },
      facts: {},
    }),
  present: () => ({ lines: [] }),
});
const run = { ...testRun('detect_archetypes', dataDir), modelsDir, force: true };
const options = { threads: 1 } as unknown as Parameters<typeof performStep>[2];
await performStep(step, run, options, {
  executor: () => createExecutor({ engine: 'typescript' }),
  status: new StatusBoard('killed_step', 1000),
  close: async () => {},
});
