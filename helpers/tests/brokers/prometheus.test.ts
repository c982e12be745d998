/** The deployment's rules and dashboard against Debian's own Prometheus, which asks a service of ours. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardJson } from '../../docs/dashboard.ts';
import { hasPrometheus, type LocalServer, startPrometheus } from '../../doubles/local_brokers.ts';
import { StatusBoard } from '../../status/board.ts';
import { metricsOf } from '../../status/metrics.ts';
import { type StatusServer, serveStatus } from '../../status/server.ts';
import { showOn } from '../../trader/trader_facts.ts';
import { BUSY_TRADER } from '../trader/facts.ts';

const DEPLOYED = '5_live_inference/deploy/prometheus';
const promtool = (args: readonly string[], input = ''): string =>
  execFileSync('promtool', args, { cwd: DEPLOYED, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: unknown[] };
}

/** A service in the middle of its work: every metric has a value. */
function busyBoard(): StatusBoard {
  const board = new StatusBoard('stream_analyzer', 600_000);
  const alert = { rule: 'flow_solo', whyNot: null, title: '', eventMs: 0, decidedMs: 0, score: null };
  board.count('received', 100);
  board.decided({ ...alert, verdict: 'alert' }, ['a limit']);
  board.delivered('discord', 'sent');
  board.succeeded();
  board.feed('kalshi');
  board.queue('raw_trades', { depth: 3, oldestMs: null, nDead: 0 });
  showOn(board, BUSY_TRADER);
  return board;
}

describe.skipIf(!hasPrometheus())('Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-prometheus-'));
  const board = busyBoard();
  let status: StatusServer;
  let server: LocalServer;

  beforeAll(async () => {
    status = await serveStatus(board, 0, { note: () => {} });
    const config = readFileSync(join(DEPLOYED, 'prometheus.yml'), 'utf8')
      .replaceAll(/\b15s\b/g, '1s')
      .replace('rules.yml', resolve(DEPLOYED, 'rules.yml'))
      .replace('127.0.0.1:8018', new URL(status.url).host);
    writeFileSync(join(folder, 'prometheus.yml'), config);
    server = await startPrometheus(folder, join(folder, 'prometheus.yml'));
    board.latency(0.02);
  });

  afterAll(async () => {
    await server?.stop();
    await status?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Series that a query finds. */
  async function ask(expr: string): Promise<unknown[]> {
    const answer = await fetch(`${server.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { status: verdict, data, error } = (await answer.json()) as Answer;
    expect(error ?? verdict).toBe('success');
    return data.result;
  }

  test('takes the configuration and the rules of the deployment', () => {
    expect(promtool(['check', 'config', 'prometheus.yml'])).toContain('SUCCESS');
  });

  test('raises the alerts of the rules when it should, and only then', () => {
    expect(promtool(['test', 'rules', 'rules_test.yml'])).toContain('SUCCESS');
  });

  test('finds nothing to mend in our metrics', async () => {
    const text = await metricsOf(busyBoard()).metrics();
    const own = text.replaceAll(/^(# (HELP|TYPE) )?(nodejs|process)_.*\n/gm, '');
    expect(promtool(['check', 'metrics'], own)).toBe('');
  });

  test('finds series for every query of the dashboard', { timeout: 90_000 }, async () => {
    const panels: { targets: { expr: string }[] }[] = JSON.parse(dashboardJson()).panels;
    const queries = panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')),
    );
    let missing: string[] = queries;
    for (const endMs = performance.now() + 60_000; missing.length > 0 && performance.now() < endMs; ) {
      await new Promise((done) => setTimeout(done, 500));
      board.latency(0.02);
      const found = await Promise.all(missing.map(ask));
      missing = missing.filter((_, i) => found[i].length === 0);
    }
    expect(missing).toEqual([]);
  });
});
