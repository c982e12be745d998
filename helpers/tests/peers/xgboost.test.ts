/** Models go to Python xgboost and come from there, and predict the same on both sides. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import type { BoostingObjective } from '../../estimators/boosting_options.ts';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import { boostingToXgboost, forestToXgboost } from '../../estimators/xgboost_json.ts';
import { boostingFromXgboost } from '../../estimators/xgboost_reader.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';

const N_ROWS = 2000;
const N_COLUMNS = 5;
const folder = mkdtempSync(path.join(tmpdir(), 'spyhop-peer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = createRandom(20);
const x = createMatrix(
  Float32Array.from({ length: N_ROWS * N_COLUMNS }, () => (random.uniform() < 0.1 ? Number.NaN : random.normal())),
  N_ROWS,
  N_COLUMNS,
);
const signal = Float32Array.from({ length: N_ROWS }, (_, row) => {
  const [a, b, c] = x.values.subarray(row * N_COLUMNS, row * N_COLUMNS + 3);
  return (Number.isNaN(a) ? 1 : a) + (b > 0 ? 1 : -1) * (Number.isNaN(c) ? 0.5 : c) + 0.3 * random.normal();
});
const binary = signal.map((value) => (value > 0.5 ? 1 : 0));
const three = signal.map((value) => (value < -0.5 ? 0 : value < 0.8 ? 1 : 2));
const executor = createExecutor({ nThreads: 2 });

/** Runs Python with `import numpy, xgboost` done and x, folder given; skips the test where that cannot be. */
function python(context: TestContext, script: string): void {
  const probe = spawnSync('python3', ['-c', 'import numpy, xgboost'], { encoding: 'utf8' });
  if (probe.status !== 0) context.skip('python3 with xgboost and numpy is not here');
  writeFileSync(path.join(folder, 'x.f32'), new Uint8Array(x.values.buffer));
  const start = [
    'import json, numpy as np, xgboost as xgb',
    `folder = ${JSON.stringify(folder)}`,
    `x = np.fromfile(folder + "/x.f32", dtype=np.float32).reshape(-1, ${N_COLUMNS})`,
    'read = lambda name: np.fromfile(folder + "/" + name, dtype=np.float32)',
    'def save(name, values): np.asarray(values, dtype=np.float32).ravel().tofile(folder + "/" + name)',
  ];
  const run = spawnSync('python3', ['-c', [...start, script].join('\n')], { encoding: 'utf8', timeout: 120_000 });
  expect(run.stderr.includes('Error') ? run.stderr : '').toBe('');
  expect(run.status).toBe(0);
}

const readFloats = (name: string): Float32Array =>
  new Float32Array(new Uint8Array(readFileSync(path.join(folder, name))).buffer);

function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i])));
  return worst;
}

const labelsOf: Readonly<Record<BoostingObjective, Float32Array>> = {
  binary,
  multiclass: three,
  'squared-error': signal,
  quantile: signal,
};

describe('exchange with Python xgboost', () => {
  test('boosting models written here predict the same there', (context) => {
    const models = (Object.keys(labelsOf) as BoostingObjective[]).map((objective) =>
      new GradientBoosting({ objective, nRounds: 50, quantile: 0.3 }, executor).fit(x, labelsOf[objective]),
    );
    models.forEach((model, i) => {
      writeFileSync(path.join(folder, `ours${i}.json`), boostingToXgboost(model));
    });
    python(
      context,
      [
        'for i in range(4):',
        '    booster = xgb.Booster(model_file=folder + f"/ours{i}.json")',
        '    names = booster.feature_names',
        '    save(f"ours{i}.f32", booster.predict(xgb.DMatrix(x, feature_names=names)))',
        '    booster.save_model(folder + f"/back{i}.json")',
      ].join('\n'),
    );
    models.forEach((model, i) => {
      const { objective } = model.model;
      const isChance = objective === 'binary' || objective === 'multiclass';
      const own = isChance ? model.predictProbability(x) : model.predict(x);
      expect(worstDifference(own, readFloats(`ours${i}.f32`))).toBeLessThan(1e-6);
      const back = boostingFromXgboost(JSON.parse(readFileSync(path.join(folder, `back${i}.json`), 'utf8')), executor);
      expect(worstDifference(isChance ? back.predictProbability(x) : back.predict(x), own)).toBeLessThan(1e-6);
    });
  });

  test('forests written here predict the same there', (context) => {
    const options = { nTrees: 30, minLeafRows: 3 };
    const forests = [
      new RandomForest(options, executor).fit(x, binary),
      new RandomForest(options, executor).fit(x, three),
      new RandomForest({ ...options, task: 'regressor' }, executor).fit(x, signal),
    ];
    forests.forEach((forest, i) => {
      writeFileSync(path.join(folder, `forest${i}.json`), forestToXgboost(forest));
    });
    python(
      context,
      [
        'for i in range(3):',
        '    booster = xgb.Booster(model_file=folder + f"/forest{i}.json")',
        '    save(f"forest{i}.f32", booster.predict(xgb.DMatrix(x, feature_names=booster.feature_names)))',
      ].join('\n'),
    );
    const chanceOfOne = forests[0].predictProbability(x).filter((_, i) => i % 2 === 1);
    const expected = [chanceOfOne, forests[1].predictProbability(x), forests[2].predict(x)];
    expected.forEach((own, i) => {
      expect(worstDifference(own, readFloats(`forest${i}.f32`))).toBeLessThan(1e-6);
    });
  });

  test('models trained there predict the same here', (context) => {
    writeFileSync(path.join(folder, 'binary.f32'), new Uint8Array(binary.buffer));
    writeFileSync(path.join(folder, 'three.f32'), new Uint8Array(three.buffer));
    writeFileSync(path.join(folder, 'signal.f32'), new Uint8Array(signal.buffer));
    const cases = [
      ['binary', '"objective": "binary:logistic"'],
      ['three', '"objective": "multi:softprob", "num_class": 3'],
      ['signal', '"objective": "reg:squarederror"'],
      ['signal', '"objective": "reg:quantileerror", "quantile_alpha": 0.7'],
      ['signal', '"objective": "reg:squarederror", "tree_method": "exact", "gamma": 1.0'],
      ['binary', '"objective": "binary:logistic", "grow_policy": "lossguide", "max_leaves": 20, "max_depth": 0'],
    ];
    const calls = cases.map(([labels, settings], i) =>
      [
        `data = xgb.DMatrix(x, read("${labels}.f32"))`,
        `booster = xgb.train({${settings}, "nthread": 2}, data, 60)`,
        `booster.save_model(folder + "/theirs${i}.json")`,
        `save("theirs${i}.f32", booster.predict(data))`,
      ].join('\n'),
    );
    python(context, calls.join('\n'));
    cases.forEach(([labels], i) => {
      const model = boostingFromXgboost(
        JSON.parse(readFileSync(path.join(folder, `theirs${i}.json`), 'utf8')),
        executor,
      );
      const own = labels === 'signal' ? model.predict(x) : model.predictProbability(x);
      expect(worstDifference(own, readFloats(`theirs${i}.f32`))).toBeLessThan(1e-6);
    });
  });

  test('contributions equal those of xgboost', (context) => {
    const model = new GradientBoosting({ nRounds: 10, maxDepth: 4 }, executor).fit(x, binary);
    writeFileSync(path.join(folder, 'shap.json'), boostingToXgboost(model));
    python(
      context,
      [
        'booster = xgb.Booster(model_file=folder + "/shap.json")',
        'save("shap.f32", booster.predict(xgb.DMatrix(x, feature_names=booster.feature_names), pred_contribs=True))',
      ].join('\n'),
    );
    // XGBoost's expectation and path weights are float32.
    expect(worstDifference(model.explain(x), readFloats('shap.f32'))).toBeLessThan(1e-5);
  });
});
