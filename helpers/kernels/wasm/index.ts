// Everything the WebAssembly module exports: one line per kernel file.
export * from './base';
export * from './binning';
export * from './column_summary';
export * from './forest';
export * from './gradients';
export * from './histogram';
export * from './isolation';
export * from './kmeans';
export * from './partition';
export * from './splits';
export * from './tree_predict';
