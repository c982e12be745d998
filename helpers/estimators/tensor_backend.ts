/**
 * The one place that chooses what computes tensors: TensorFlow's native library when `@tensorflow/tfjs-node` loads (an
 * optional dependency, whose download fails behind a closed network), else its WebAssembly build, which always comes along.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '../run/errors.ts';

export interface TensorBackend {
  /** `tensorflow` is the native library, `wasm` the fallback: one thread, the same bits everywhere. */
  readonly name: 'tensorflow' | 'wasm';
  /** One line for the user: what was chosen and why. */
  readonly reason: string;
}

const NATIVE_PACKAGE = '@tensorflow/tfjs-node';

/** Why the native library cannot be used, or undefined once it is loaded and registered. */
async function loadNative(resolve: (name: string) => string): Promise<string | undefined> {
  try {
    const folder = path.dirname(resolve(`${NATIVE_PACKAGE}/package.json`));
    // Importing it without the library costs half a second before it fails.
    if (!existsSync(path.join(folder, 'lib'))) return 'its native library is not installed';
    await import(NATIVE_PACKAGE);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  }
}

/**
 * Chooses at the first call; later calls in the same process get the same backend.
 * @throws InputError missing-dependency when neither backend starts
 */
export async function loadTensorBackend(): Promise<TensorBackend> {
  const chosen = tf.engine().backendName;
  if (chosen === 'tensorflow') return { name: chosen, reason: 'the native TensorFlow library is installed' };
  const { resolve } = createRequire(import.meta.url);
  const fault = await loadNative(resolve);
  if (fault === undefined && (await tf.setBackend('tensorflow'))) {
    return { name: 'tensorflow', reason: 'the native TensorFlow library is installed' };
  }
  setWasmPaths(`${path.dirname(resolve('@tensorflow/tfjs-backend-wasm'))}${path.sep}`);
  if (!(await tf.setBackend('wasm'))) {
    throw new InputError('missing-dependency', 'no TensorFlow backend starts here', 'run: npm ci');
  }
  return { name: 'wasm', reason: `WebAssembly, because of ${NATIVE_PACKAGE}: ${fault ?? 'it does not start'}` };
}
