/** Runs exported models in onnxruntime, the reference implementation. */

import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../../../kernels/matrix.ts';

/** The outputs of the model by name, as plain numbers. */
export async function runOnnx(model: Uint8Array, x: Matrix): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const outputs = await session.run({ x: new Tensor('float32', x.values.slice(), [x.nRows, x.nCols]) });
  const entries = session.outputNames.map((name) => {
    return [name, Array.from(outputs[name].data as ArrayLike<number | bigint>, Number)] as const;
  });
  await session.release();
  return Object.fromEntries(entries);
}
