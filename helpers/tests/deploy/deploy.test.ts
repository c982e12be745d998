/** What stands in 5_live_inference/deploy: every name in it must be one that the services really have. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DASHBOARD_PATH, dashboardJson } from '../../docs/dashboard.ts';
import { StatusBoard } from '../../status/board.ts';
import { metricsOf } from '../../status/metrics.ts';
import { showOn } from '../../trader/trader_facts.ts';
import { BUSY_TRADER } from '../trader/facts.ts';

const DEPLOY = '5_live_inference/deploy';
const read = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8');

interface Panel {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets: readonly { readonly expr: string }[];
}
const panels: Panel[] = JSON.parse(dashboardJson()).panels;
const rules: { alert: string; expr: string }[] = parse(read('prometheus/rules.yml')).groups.flatMap(
  ({ rules }: { rules: unknown[] }) => rules,
);
const expressions = [
  ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...rules.map(({ expr }) => expr),
];

/** What stands for Grafana's own variables. */
const plainPromql = (expr: string): string => expr.replaceAll('$__rate_interval', '1m');

/** Text and name of every node of the tree of a query. */
function nodesOf(expr: string): { name: string; text: string; isError: boolean }[] {
  const nodes: ReturnType<typeof nodesOf> = [];
  parser.parse(expr).iterate({
    enter: ({ name, type: { isError }, from, to }) => {
      nodes.push({ name, isError, text: expr.slice(from, to) });
    },
  });
  return nodes;
}

const isPromql = (expr: string): boolean => !nodesOf(expr).some(({ isError }) => isError);

function namesIn(expr: string, node: 'Identifier' | 'LabelName'): string[] {
  return nodesOf(expr).flatMap(({ name, text }) => (name === node ? [text] : []));
}

let served = new Set<string>();
let labels = new Set<string>();

beforeAll(async () => {
  const board = new StatusBoard('x', 1000);
  board.decided({ rule: 'r', verdict: 'alert', whyNot: null, title: '', eventMs: 0, decidedMs: 0, score: null }, ['l']);
  board.delivered('s', 'sent');
  board.succeeded();
  board.feed('f');
  board.queue('q', { depth: 0, oldestMs: null, nDead: 0 });
  showOn(board, BUSY_TRADER);
  const text = await metricsOf(board).metrics();
  // `up` and the labels job and service are Prometheus' own, from prometheus.yml.
  served = new Set(['up', ...[...text.matchAll(/^([a-z_0-9]+)[{ ]/gm)].map(([, name]) => name)]);
  labels = new Set(['job', 'service', ...[...text.matchAll(/([a-z_]+)="/g)].map(([, name]) => name)]);
});

describe('the dashboard', () => {
  test('on disk is the one that the code makes (npm run docs)', () => {
    expect(readFileSync(DASHBOARD_PATH, 'utf8')).toBe(dashboardJson());
  });

  test('has panels of different ids that do not overlap and fill the width', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test('asks the data source that is provisioned', () => {
    const [{ uid }] = parse(read('grafana/provisioning/datasources/prometheus.yaml')).datasources;
    for (const panel of panels) expect(panel.datasource.uid).toBe(uid);
  });
});

describe('queries of the dashboard and of the rules', () => {
  test.each(expressions)('%s is PromQL', (expr) => {
    expect(isPromql(plainPromql(expr))).toBe(true);
  });

  test('a broken query is noticed', () => {
    expect(isPromql('sum by (x (rate(a[1m]))')).toBe(false);
    expect(namesIn('sum by (x) (a{y="1"})', 'LabelName')).toEqual(['x', 'y']);
  });

  test.each(expressions)('%s asks only for metrics and labels that services serve', (expr) => {
    const text = plainPromql(expr);
    const names = namesIn(text, 'Identifier');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(served).toContain(name);
    for (const label of namesIn(text, 'LabelName')) if (label !== 'le') expect(labels).toContain(label);
  });
});

describe('files of the deployment', () => {
  const services = [
    'live_alerts',
    'stream_ingestor',
    'stream_analyzer',
    'stream_alerter',
    'flow_monitor',
    'record_feeds',
    'scan_markets',
    'trade',
  ];

  test('Prometheus asks each service on its own port of this machine', () => {
    const [{ static_configs: configs }] = parse(read('prometheus/prometheus.yml')).scrape_configs;
    expect(configs.map(({ labels: { service } }: { labels: { service: string } }) => service)).toEqual(services);
    const targets: string[] = configs.flatMap(({ targets }: { targets: string[] }) => targets);
    expect(new Set(targets).size).toBe(services.length);
    for (const target of targets) expect(target).toMatch(/^127\.0\.0\.1:80\d\d$/);
  });

  test('the compose file opens ports to this machine alone, limits memory, and holds no password', () => {
    const text = read('compose.yaml');
    const compose: Record<string, { ports?: string[]; mem_limit?: string; image: string }> = parse(text).services;
    for (const { ports = [], mem_limit, image } of Object.values(compose)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(mem_limit).toBeDefined();
      expect(image).toMatch(/:v?\d/);
    }
    for (const [, value] of text.matchAll(/PASS(?:WORD)?: (.*)/g)) expect(value).toMatch(/^\$\{\w+:\?/);
  });

  test('the unit restarts a service, limits its memory, and gives it nothing that it does not need', () => {
    const unit = read('systemd/spyhop@.service');
    for (const line of ['Restart=always', 'RestartPreventExitStatus=2']) expect(unit.split('\n')).toContain(line);
    expect(read('systemd/spyhop-forecasts.service')).toContain('Type=oneshot');
    for (const file of ['spyhop@.service', 'spyhop-forecasts.service']) {
      const text = read(`systemd/${file}`);
      for (const line of ['User=spyhop', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'ProtectHome=yes'])
        expect(text.split('\n')).toContain(line);
      expect(text).toMatch(/^MemoryMax=\d+G$/m);
    }
  });

  test('every script that a file names is there, and by its name alone', () => {
    const files = ['systemd/spyhop@.service', 'systemd/spyhop-forecasts.service', 'start.sh'];
    const named = new Set(
      files.flatMap((file) => [...read(file).matchAll(/\b(\d\d_[a-z_]+[a-z])\b/g)].map(([, name]) => name)),
    );
    const scripts = readdirSync('.')
      .filter((name) => /^\d_/.test(name))
      .flatMap((chapter) => readdirSync(chapter).map((name) => name.replace(/[.]ts$/, '')));
    expect(named).toContain('26_trade');
    for (const name of named) expect(scripts.filter((script) => script === name)).toEqual([name]);
  });

  test.each(readdirSync(join(DEPLOY, 'windows')))('the task %s runs as the user, without a time limit', (file) => {
    const task = read(`windows/${file}`);
    expect(task).toContain('<RunLevel>LeastPrivilege</RunLevel>');
    expect(task).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
  });
});
