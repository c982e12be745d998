// Everything the WebAssembly module exports: one line per kernel file.
export * from './approximate_neighbours';
export * from './base';
export * from './binning';
export * from './column_summary';
export * from './dbscan';
export * from './forest';
export * from './gradients';
export * from './histogram';
export * from './isolation';
export * from './kmeans';
export * from './neighbours';
export * from './partition';
export * from './silhouette';
export * from './splits';
export * from './tree_predict';
export * from './tsne';
export * from './tsne_fields';
