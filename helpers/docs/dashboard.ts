/** The Grafana dashboard of the services of chapter 5, as JSON; `npm run docs` writes it. */

export const DASHBOARD_PATH = '5_live_inference/deploy/grafana/dashboards/spyhop.json';

/** Of the provisioned data source, in grafana/provisioning/datasources. */
const DATA_SOURCE = { type: 'prometheus', uid: 'spyhop-prometheus' };
/** Columns of Grafana's grid. */
const GRID_COLUMNS = 24;

interface Panel {
  readonly title: string;
  readonly type?: 'stat' | 'timeseries';
  /** Grafana's name of a unit: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/ */
  readonly unit?: 's' | 'bytes' | 'short' | 'reqps';
  /** PromQL and the legend of its series. */
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** In columns of the grid. */
  readonly width: number;
}

const ROW_HEIGHT = 8;
const STAT_HEIGHT = 4;

/** In reading order: what is wrong first, then trades, alerts, and what it costs. */
const PANELS: readonly Panel[] = [
  { title: 'Healthy', type: 'stat', queries: [['min(spyhop_healthy)', 'all services']], width: 6 },
  {
    title: 'Oldest waiting message',
    type: 'stat',
    unit: 's',
    queries: [['max(spyhop_queue_oldest_age_seconds)', 'age']],
    width: 6,
  },
  {
    title: 'Alerts sent, 24 h',
    type: 'stat',
    queries: [['sum(increase(spyhop_deliveries_total{outcome="sent"}[24h]))', 'sent']],
    width: 6,
  },
  {
    title: 'Messages put aside, 24 h',
    type: 'stat',
    queries: [['sum(increase(spyhop_queue_dead_total[24h]))', 'put aside']],
    width: 6,
  },
  {
    title: 'How far trades come, a second',
    unit: 'reqps',
    queries: [['sum by (service, stage) (rate(spyhop_stage_total[$__rate_interval]))', '{{service}} {{stage}}']],
    width: 12,
  },
  {
    title: 'From receipt to hand-over of an alert',
    unit: 's',
    queries: [50, 99].map(
      (p) =>
        [
          `histogram_quantile(${p / 100}, sum by (le) (rate(spyhop_alert_latency_seconds_bucket[$__rate_interval])))`,
          `p${p}`,
        ] as const,
    ),
    width: 12,
  },
  { title: 'Age of feeds', unit: 's', queries: [['spyhop_feed_age_seconds', '{{feed}}']], width: 8 },
  {
    title: 'Missing sequence numbers, an hour',
    queries: [['increase(spyhop_feed_gaps_total[1h])', '{{feed}}']],
    width: 8,
  },
  {
    title: 'Connected again, an hour',
    queries: [['increase(spyhop_feed_reconnects_total[1h])', '{{feed}}']],
    width: 8,
  },
  { title: 'Waiting messages', queries: [['spyhop_queue_depth', '{{queue}}']], width: 12 },
  {
    title: 'Decisions, an hour',
    queries: [['sum by (rule, verdict) (increase(spyhop_decisions_total[1h]))', '{{rule}} {{verdict}}']],
    width: 12,
  },
  {
    title: 'Held back by limits, an hour',
    queries: [['sum by (limit) (increase(spyhop_held_back_total[1h]))', '{{limit}}']],
    width: 12,
  },
  {
    title: 'Deliveries, an hour',
    queries: [['sum by (sink, outcome) (increase(spyhop_deliveries_total[1h]))', '{{sink}} {{outcome}}']],
    width: 12,
  },
  {
    title: 'Equity of trading, USD',
    queries: [
      ['spyhop_trading_equity_usd', 'as it would be sold'],
      ['spyhop_trading_book_equity_usd', 'at cost'],
      ['spyhop_trading_peak_equity_usd', 'highest'],
    ],
    width: 12,
  },
  {
    title: 'At risk and gained today, USD',
    queries: [
      ['spyhop_trading_at_risk_usd', 'at risk'],
      ['spyhop_trading_realized_today_usd', 'gained today'],
    ],
    width: 12,
  },
  {
    title: 'State of trading',
    queries: [['spyhop_trading_state', '{{state}}']],
    width: 6,
  },
  {
    title: 'Positions and open orders',
    queries: [
      ['spyhop_trading_positions', 'positions'],
      ['spyhop_trading_open_orders', 'open orders'],
    ],
    width: 6,
  },
  { title: 'Orders', queries: [['spyhop_trading_orders_total', '{{state}}']], width: 6 },
  { title: 'How far markets come today', queries: [['spyhop_trading_funnel_today', '{{stage}}']], width: 6 },
  {
    title: 'Memory',
    unit: 'bytes',
    queries: [['process_resident_memory_bytes{job="spyhop"}', '{{service}}']],
    width: 8,
  },
  {
    title: 'Processor time, cores',
    queries: [['rate(process_cpu_seconds_total{job="spyhop"}[$__rate_interval])', '{{service}}']],
    width: 8,
  },
  {
    title: 'Event loop delay, p99',
    unit: 's',
    queries: [['nodejs_eventloop_lag_p99_seconds{job="spyhop"}', '{{service}}']],
    width: 8,
  },
];

/** The panels side by side, row after row. */
function placed(): object[] {
  let x = 0;
  let y = 0;
  return PANELS.map(({ title, type = 'timeseries', unit = 'short', queries, width }, i) => {
    const height = type === 'stat' ? STAT_HEIGHT : ROW_HEIGHT;
    const gridPos = { x, y, w: width, h: height };
    x = (x + width) % GRID_COLUMNS;
    if (x === 0) y += height;
    const targets = queries.map(([expr, legendFormat], q) => ({
      refId: String.fromCharCode(65 + q),
      datasource: DATA_SOURCE,
      expr,
      legendFormat,
    }));
    return {
      id: i + 1,
      title,
      type,
      gridPos,
      datasource: DATA_SOURCE,
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets,
    };
  });
}

/** The dashboard as Grafana reads it. */
export function dashboardJson(): string {
  const dashboard = {
    uid: 'spyhop',
    title: 'Spyhop',
    tags: ['spyhop'],
    timezone: 'utc',
    schemaVersion: 42,
    version: 1,
    refresh: '30s',
    time: { from: 'now-24h', to: 'now' },
    panels: placed(),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
