// Everything the WebAssembly module exports: one line per kernel file.
export * from './base';
export * from './binning';
export * from './column_summary';
export * from './isolation';
export * from './forest';
export * from './gradients';
export * from './histogram';
export * from './partition';
export * from './splits';
export * from './tree_predict';
export * from './kmeans';
