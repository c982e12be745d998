// Everything the WebAssembly module exports: one line per kernel file.
export * from './base';
export * from './column_summary';
export * from './dbscan';
export * from './kmeans';
export * from './neighbours';
export * from './silhouette';
export * from './tsne';
export * from './tsne_fields';
