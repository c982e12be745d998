// Everything the WebAssembly module exports: one line per kernel file.
export * from './base';
export * from './column_summary';
export * from './isolation';
