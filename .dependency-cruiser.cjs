/** Import rules of the house: arrows go forward only, and a tool checks it. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: '^helpers/(tests|bench)/' },
  to: { path: '^(helpers|[1-6]_|slurm)', pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'chapters-never-import-each-other',
      severity: 'error',
      from: { path: '^([1-6]_[^/]+)/' },
      to: { path: '^[1-6]_', pathNot: '^$1/' },
    },
    {
      name: 'helpers-never-import-chapters',
      severity: 'error',
      from: { path: '^helpers/', pathNot: '^helpers/tests/' },
      to: { path: '^([1-6]_|slurm/)' },
    },
    {
      name: 'product-never-imports-tests-or-bench',
      severity: 'error',
      from: { pathNot: '^helpers/(tests|bench)/' },
      to: { path: '^helpers/(tests|bench)/' },
    },
    only('kernels-import-only-kernels', '^helpers/kernels/', '^helpers/kernels/'),
    only('parallel-imports-kernels-run', '^helpers/parallel/', '^helpers/(parallel|kernels|run)/'),
    only('evaluate-imports-kernels', '^helpers/evaluate/', '^helpers/(evaluate|kernels)/'),
    only(
      'estimators-import-kernels-parallel-run',
      '^helpers/estimators/',
      '^helpers/(estimators|kernels|parallel|run)/',
    ),
    only('run-imports-only-run', '^helpers/run/', '^helpers/(run/|kernels/random|pipeline)'),
    only('tables-import-run', '^helpers/tables/', '^helpers/(tables/|run/|kernels/matrix)'),
    only('features-import-tables', '^helpers/features/', '^helpers/(features|tables|run|kernels/random)'),
    only(
      'cluster-imports-run-tables-features-import',
      '^helpers/cluster/',
      '^helpers/(cluster|run|tables|features|import|pipeline)',
    ),
    only('venues-import-run-tables', '^helpers/venues/', '^helpers/(venues|run|tables)/'),
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|build)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
