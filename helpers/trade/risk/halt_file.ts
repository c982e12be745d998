/** The simplest kill switch: while a file of this name is there, nothing is sent. */
import { existsSync } from 'node:fs';
import type { RiskEngine } from './engine.ts';

/** Looks once; call it before each round. */
export function watchHaltFile(engine: RiskEngine, path: string, nowMs: number): void {
  if (existsSync(path)) engine.stop('file', 'HALTED', `the file ${path} is there`, nowMs);
  else engine.clear('file', nowMs);
}
