import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../charts/section.ts';
import { formatValidity, validityBlocks } from '../../discovery/cluster_validity_report.ts';
import type { ClusterValidity } from '../../evaluate/cluster_validity.ts';
import { longVerdicts } from '../step/views.ts';

const SUPPORTED: ClusterValidity = {
  k: 4,
  nPoints: 2500,
  nSampled: 2000,
  silhouette: 0.61,
  nulls: [
    { name: 'permuted columns', mean: 0.2, p95: 0.22, pValue: 0.025 },
    { name: 'Gaussian copula', mean: 0.3, p95: 0.31, pValue: 0.025 },
  ],
  gapBestK: 4,
  gaps: [1, 2, 3, 4, 5, 6].map((k) => ({ k, gap: k / 10, standardError: 0.01 })),
  stability: { mean: 0.98, p5: 0.95 },
  dbscan: [0, 1, 4].map((nClusters, i) => ({ eps: i + 1, minSamples: 5, nClusters, noiseShare: 0 })),
  checks: [
    { name: 'permuted columns', value: 0.41, low: 0.4, high: 0.42, bar: 0.05, outcome: 'passes' },
    { name: 'Gaussian copula', value: 0.31, low: 0.3, high: 0.32, bar: 0.05, outcome: 'passes' },
    { name: 'gap statistic', value: 0.09, low: 0.08, high: 0.1, bar: 0, outcome: 'passes' },
    { name: 'bootstraps', value: 0.98, low: 0.95, high: 1.01, bar: 0.75, outcome: 'passes' },
  ],
  verdict: 'supported',
};
const withOutcomes = (...outcomes: ClusterValidity['checks'][number]['outcome'][]): ClusterValidity['checks'] =>
  SUPPORTED.checks.map((own, i) => ({ ...own, outcome: outcomes[i] }));
const FAILED: ClusterValidity = {
  ...SUPPORTED,
  silhouette: 0.31,
  gapBestK: 1,
  stability: { mean: 0.4, p5: 0.2 },
  checks: withOutcomes('passes', 'fails', 'fails', 'fails'),
  verdict: 'not supported',
};
const UNDECIDED: ClusterValidity = {
  ...SUPPORTED,
  checks: withOutcomes('passes', 'cannot tell', 'cannot tell', 'passes'),
  verdict: 'cannot tell',
};
const textsOf = (validity: ClusterValidity): string => JSON.stringify(validityBlocks(validity));

describe('validityBlocks', () => {
  it('are one sentence in a box, and the figures folded away below it', () => {
    const [box, details] = validityBlocks(SUPPORTED);
    expect(box).toEqual({
      kind: 'verdict',
      tone: 'good',
      text: '4 clusters are better supported than one: all 4 checks pass.',
    });
    expect(details.kind === 'details' && details.summary).toContain('(2,000 of 2,500 wallets)');
    expect(chartsOf([details]).map(({ stem }) => stem)).toEqual(['gap', 'dbscan']);
    expect(longVerdicts(validityBlocks(FAILED))).toEqual([]);
  });

  it('count the checks that fail, and give each of them with its values among the details', () => {
    expect(validityBlocks(FAILED)[0]).toMatchObject({
      tone: 'bad',
      text: '4 clusters are not better supported than one: 3 of 4 checks fail.',
    });
    expect(textsOf(FAILED)).toContain('The gap statistic chooses 1 cluster.');
    expect(textsOf(FAILED)).toContain('["agreement of bootstraps (adjusted Rand)",0.98,0.95,1.01,0.75,"fails"]');
  });

  it('say that nobody can tell where other wallets would change a check', () => {
    expect(validityBlocks(UNDECIDED)[0]).toEqual({
      kind: 'verdict',
      tone: 'neutral',
      text: 'It cannot be told whether 4 clusters are better supported than one: 2 of 4 checks would change with other wallets.',
    });
    expect(longVerdicts(validityBlocks(UNDECIDED))).toEqual([]);
  });

  it('say that the gap statistic chooses no number where the gap still rises', () => {
    const rising = { ...SUPPORTED, gapBestK: null };
    expect(textsOf(rising)).toContain('The gap statistic chooses no number of clusters up to 6: the gap still rises.');
    expect(formatValidity(rising)[1]).toContain('no number of clusters up to 6: the gap still rises;');
  });

  it('say why clusters were not assessed', () => {
    expect(validityBlocks({ skippedReason: 'too few wallets' })).toEqual([
      { kind: 'verdict', tone: 'neutral', text: 'Clusters were not assessed: too few wallets.' },
    ]);
    expect(formatValidity({ skippedReason: 'too few wallets' })).toEqual([
      'Cluster validity: not assessed, too few wallets.',
    ]);
  });
});

describe('formatValidity', () => {
  it('says which checks pass, then the sentence with the sample behind it', () => {
    const lines = formatValidity(SUPPORTED);
    expect(lines[2]).toBe('DBSCAN finds one cluster at 1 of 3 settings, several at 1, none at 1.');
    expect(lines[3]).toMatch(/^Checks: permuted columns passes, Gaussian copula passes, gap statistic passes/);
    expect(lines.at(-1)).toMatch(/^Cluster validity \(2,000 of 2,500 wallets\): 4 clusters are better/);
  });
});
