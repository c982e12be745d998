/** Import rules of the house: arrows go forward only, and a tool checks it. Tests may import everything, bench all but tests. */

/** Who may import which rooms of helpers/ beside itself; a path names a single file. */
const MAY_IMPORT = {
  '1_data_pipeline': 'features fetch import run step simulate tables venues',
  '2_unsupervised_discovery': 'archetypes discovery evaluate features kernels/random run skill step tables wash',
  '3_supervised_models': 'archetypes run step supervised tables',
  '4_unsupervised_model':
    'anomaly evaluate features/wallets/as_of red_flags run/(clock|ranges) step tables trade_anomaly',
  '5_live_inference':
    'alerts cases charts fetch http/ports import/import_options flow live overview record replay run simulate/world_options step stream tables',
  '6_profitability':
    'alerts features forecast http/ports profit replay/(model|tape) run/(option_kinds|ranges) scan step strategies tables trader',
  'helpers/alerts': 'cases/venue_links evaluate http kernels/random replay run',
  'helpers/anomaly':
    'archetypes charts estimators evaluate features import kernels parallel pipeline polars red_flags registry step run simulate tables',
  'helpers/archetypes': 'charts estimators evaluate features kernels polars step run tables',
  'helpers/baselines': 'http/redact run sqlite',
  'helpers/bus': 'http/redact run sqlite',
  'helpers/cases': 'charts features polars run tables',
  'helpers/charts': 'kernels/random run tables/made_from tables/schema',
  'helpers/demo':
    'alerts baselines doubles estimators features/domain forecast http kernels live pipeline polars run scan simulate status stream tables trade trade_anomaly trader venues/kalshi/api',
  'helpers/discovery': 'archetypes charts estimators evaluate features kernels polars step run tables',
  'helpers/docs': 'pipeline run slurm tables venues',
  'helpers/doubles': 'kernels/random run/(clock|errors|files) venues/polymarket/exchanges',
  'helpers/estimators': 'kernels parallel run/errors',
  'helpers/evaluate': 'estimators kernels run',
  'helpers/features': 'estimators kernels polars step run tables',
  'helpers/fetch': 'http run venues',
  'helpers/flow': 'alerts bus cases/venue_links charts evaluate kernels run step stream',
  'helpers/forecast':
    'charts evaluate fetch/request http kernels/event_queue polars profit/(backtest_options|format) replay run scan/watch_list step strategies stream/recorded_events tables trade/(execution/(displayed_book|feed_books)|money) venues/(fees|kalshi)',
  'helpers/http': 'kernels/random run/(clock|env|errors)',
  'helpers/import': 'features/domain kernels parallel polars step run tables venues',
  'helpers/kernels': '',
  'helpers/live':
    'alerts anomaly cases charts evaluate features fetch http import kernels pipeline polars profit/scored_fills red_flags registry replay run step stream/service tables venues/polymarket/api wash',
  'helpers/overview': 'cases charts features pipeline profit/(strategies|strategy_rows) run step tables',
  'helpers/parallel': 'kernels run/errors',
  'helpers/polars': 'run',
  'helpers/profit': 'charts estimators evaluate features kernels polars registry replay step run tables venues/fees',
  'helpers/record': 'fetch/request http run step venues',
  'helpers/red_flags': 'charts evaluate features kernels polars step run tables',
  'helpers/registry': 'run tables',
  'helpers/replay': 'evaluate kernels/event_queue kernels/random kernels/rows_where polars run tables venues/fees',
  'helpers/run': 'http/redact pipeline',
  'helpers/scan': 'fetch/request http run step venues/kalshi/api',
  'helpers/simulate': 'kernels polars step run',
  'helpers/skill': 'charts evaluate features kernels polars run step tables',
  'helpers/slurm': 'features import pipeline polars run simulate/world_options tables',
  'helpers/stream':
    'alerts baselines bus cases/venue_links features/domain fetch/request http kernels/idle_map pipeline record/record_options run sqlite status step tables trade_anomaly venues',
  'helpers/strategies': 'charts evaluate kernels polars profit replay run step tables venues/fees',
  'helpers/supervised':
    'archetypes charts estimators evaluate features kernels parallel polars registry step run tables',
  'helpers/tables': 'kernels/matrix polars run',
  'helpers/venues': 'http kernels/random polars socket run/(clock|errors|whole_commands)',
  'helpers/socket': 'http kernels/random run/(clock|errors)',
  'helpers/sqlite': 'run/(errors|files)',
  'helpers/status': 'charts/page run',
  'helpers/step': 'charts kernels/executor parallel polars registry run status tables',
  'helpers/trade': 'evaluate/(checks|log_odds|normal) http run/(clock|env|errors|files|lock|wake) sqlite venues',
  'helpers/trader':
    'alerts fetch/request http record/record_options run scan status step stream tables trade venues/kalshi/(api|markets)',
  'helpers/trade_anomaly': 'baselines charts estimators evaluate features kernels polars registry run step tables',
  'helpers/wash': 'charts features kernels polars run step tables',
  slurm: 'slurm',
};

/** The only rooms of helpers/ that may import a package. */
const OWNERS = {
  'nodejs-polars': 'polars',
  '(vega|vega-lite|@resvg/[^/]+|dejavu-fonts-ttf)': 'charts',
  ws: 'doubles socket',
  'prom-client': 'status',
  libsql: 'sqlite',
  '(pg|@electric-sql/pglite)': 'trade',
  'rabbitmq-client': 'bus',
  redis: 'baselines',
  yargs: 'bench run',
  '(@tensorflow/[^/]+|onnx-proto|ml-random-forest|ml-kmeans|tsne-js)': 'estimators',
  tinyglobby: 'import',
};

const HOUSE = '^([1-6]_|helpers/|slurm/)';
const SCRIPTS = '^[1-6]_';
/** Files that show a result. */
const REPORTS = '_report[.]ts$';
/** A pattern for any of these: rooms as folders, single files without their ending. */
const anyOf = (names) => `^helpers/(${names.split(' ').join('|')})(/|[.]ts$)`;

const roomRules = Object.entries(MAY_IMPORT).map(([place, rooms]) => ({
  name: `${place} may import only itself and ${rooms}`,
  severity: 'error',
  from: { path: `^${place}(/|$)` },
  to: { path: HOUSE, pathNot: [`^${place}(/|$)`, ...(rooms === '' ? [] : [anyOf(rooms)])] },
}));

const ownerRules = Object.entries(OWNERS).map(([packages, rooms]) => ({
  name: `only ${rooms} may import ${packages}`,
  severity: 'error',
  from: { path: HOUSE, pathNot: [anyOf(rooms), '^helpers/tests/'] },
  to: { path: `node_modules/${packages}/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...ownerRules,
    {
      name: 'every room has a rule',
      severity: 'error',
      from: {
        path: HOUSE,
        pathNot: [`^(${Object.keys(MAY_IMPORT).join('|')})(/|$)`, '^helpers/((bench|tests)/|pipeline[.]ts$)'],
      },
      to: {},
    },
    { name: 'pipeline.ts imports nothing', severity: 'error', from: { path: '^helpers/pipeline[.]ts$' }, to: {} },
    {
      name: 'bench never imports tests',
      severity: 'error',
      from: { path: '^helpers/bench/' },
      to: { path: '^(helpers/tests/|[1-6]_|slurm/)' },
    },
    {
      name: 'only scripts and reports may import a report: what computes never decides how it is said',
      severity: 'error',
      // step/show.ts lays the limits of the tape beside what a step says.
      from: { path: HOUSE, pathNot: [SCRIPTS, REPORTS, '^helpers/(step/show[.]ts$|tests/|bench/)'] },
      to: { path: '_report[.]ts$' },
    },
    {
      name: 'only scripts and reports may draw: what computes imports no chart',
      severity: 'error',
      from: { path: HOUSE, pathNot: [SCRIPTS, REPORTS, '^helpers/(charts|status/page|step|tests|bench)'] },
      to: { path: '^helpers/charts/' },
    },
    {
      name: 'what decides about trades opens nothing: only execution and ledger of helpers/trade do',
      severity: 'error',
      from: { path: '^helpers/trade/', pathNot: '^helpers/trade/(execution|ledger)/' },
      to: { path: '^helpers/(http|sqlite|run/(env|files|lock)|venues/kalshi/api|trade/(execution|ledger))' },
    },
    { name: 'no cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every import resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^helpers/kernels/(build/|.*[.]as[.]ts$)' },
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
