/** One picture of every kind, from seeded data, with hostile words in it. */
import { chartBlock, type Picture, type ReportSection } from '../../charts/section.ts';
import { againstBoundsPicture } from '../../charts/specs/against_bounds.ts';
import { distributionsPicture } from '../../charts/specs/distributions.ts';
import { flowPicture } from '../../charts/specs/flow.ts';
import { heatMapPicture } from '../../charts/specs/heat_map.ts';
import { binValues, histogramPicture } from '../../charts/specs/histogram.ts';
import { linesPicture } from '../../charts/specs/lines.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../../charts/specs/scatter.ts';
import { waterfallPicture } from '../../charts/specs/waterfall.ts';
import { createRandom } from '../../kernels/random.ts';

/** A market title that would run if anything forgot to escape it. */
export const HOSTILE = '</script><script>window.wasHacked = 1</script><img src=x onerror="window.wasHacked = 1">';

/** A wallet whose address is too long for a cell. */
export const ADDRESS = `0x${'ab'.repeat(20)}`;

const KINDS = ['casual', 'grinder', 'whale', 'insider', 'copy_trader', 'wash'] as const;

function normals(seed: number, n: number, middle = 0): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: n }, () => middle + random.normal());
}

function curve(name: string, power: number) {
  const points = Array.from({ length: 21 }, (_, i) => {
    const x = i / 20;
    const y = x ** power;
    return { x, y, low: Math.max(0, y - 0.06), high: Math.min(1, y + 0.06) };
  });
  return { name, points };
}

/** The pictures by name. */
export function galleryPictures(): Record<string, Picture> {
  const [xs, ys] = [normals(1, 6000), normals(2, 6000)];
  const points = Array.from(xs, (x, i) => {
    const group = i < 4000 ? KINDS[0] : i < 5800 ? KINDS[1] : KINDS[2 + (i % 4)];
    const k = KINDS.indexOf(group);
    return {
      x: x + 2 * (k % 3),
      y: ys[i] + 2 * Math.floor(k / 3),
      group,
      tooltip: { wallet: `0x${i}`, market: HOSTILE },
    };
  });
  const names = ['Isolation forest, 100 trees', 'Distance to the nearest of four centres', 'Autoencoder', HOSTILE];
  return {
    histogram: histogramPicture(binValues(normals(3, 5000).map(Math.exp), 'log'), {
      xTitle: 'amount, USD',
      yTitle: 'fills',
      references: [{ value: 5, label: 'threshold' }],
    }),
    ranked_bars: rankedBarsPicture(
      names.map((label, i) => ({ label, value: 0.8 - 0.15 * i, low: 0.7 - 0.15 * i, high: 0.88 - 0.15 * i })),
      'recall at 5 % false discovery',
    ),
    scatter: scatterPicture(points, { xTitle: '', yTitle: '', isMap: true, nMax: 1200 }),
    waterfall: waterfallPicture(
      [
        { label: 'Fresh whale: mean ≥ $1,000, tenure < 7 days', count: 120, kind: 'fresh whale' },
        { label: 'Grinder: above the 95th percentile', count: 300, kind: 'grinder' },
        { label: 'Insider-like cluster', count: 180, kind: 'insider' },
        { label: 'Casual', count: 1271, kind: 'casual' },
      ],
      'wallets',
    ),
    lines: linesPicture([curve('model', 0.4), curve('price only', 0.8)], {
      xTitle: 'false positive rate',
      yTitle: 'true positive rate',
      xFormat: '.0%',
      yFormat: '.0%',
      hasDiagonal: true,
      level: { y: 0.9, label: 'wanted' },
    }),
    heat_map: heatMapPicture(
      KINDS.slice(0, 4).flatMap((row, r) =>
        KINDS.slice(0, 4).map((column, c) => ({ row, column, value: r === c ? 900 - 100 * r : 10 * r + c })),
      ),
      { rowTitle: 'truth', columnTitle: 'predicted', valueTitle: 'wallets' },
    ),
    distributions: distributionsPicture(
      KINDS.map((group, k) => ({ group, values: normals(10 + k, 400, k) })),
      'mean score',
    ),
    bounds: againstBoundsPicture([
      { name: 'win rate, mean', value: 0.45, published: 0.496, low: 0.44, high: 0.55, applies: true },
      { name: 'maker share, median', value: 0.95, published: 0.78, low: 0.6, high: 0.88, applies: true },
      { name: 'markets of busy wallets', value: 42, published: 71, low: 45, high: 100, applies: false },
    ]),
    flow: flowPicture([
      { id: '10_raw_trades', content: '200,000 fills', madeOf: [], detail: 'import' },
      { id: '10_markets', content: HOSTILE, madeOf: [], detail: HOSTILE },
      {
        id: '11_wallet_profiles',
        content: '1,871 wallets',
        madeOf: ['10_raw_trades', '10_markets'],
        detail: 'profiles',
      },
      { id: '12_classified', content: '1,871 wallets', madeOf: ['11_wallet_profiles', '10_raw_trades'], detail: '02' },
    ]),
  };
}

/** A section with all pictures and every other kind of block. */
export function gallerySection(): ReportSection {
  const charts = Object.entries(galleryPictures()).map(([stem, picture]) =>
    chartBlock(stem, `Caption of ${stem}.`, picture),
  );
  return {
    id: 'gallery',
    order: 20,
    title: `Gallery ${HOSTILE}`,
    dataWindow: { source: `simulated ${HOSTILE}`, fromMs: 0, toMs: 86_400_000 },
    limits: [`Only of this section. ${HOSTILE}`],
    blocks: [
      { kind: 'paragraph', text: HOSTILE },
      {
        kind: 'verdict',
        text: 'Four groups are not better supported than one.',
        details: [
          { kind: 'paragraph', text: HOSTILE },
          chartBlock('folded_histogram', 'Folded.', galleryPictures().histogram),
        ],
        tone: 'bad',
      },
      { kind: 'verdict', text: `A long one. It goes on. ${HOSTILE}` },
      {
        kind: 'table',
        caption: 'A wide table.',
        header: ['market', ...KINDS, 'and a column with a rather long name', 'wallet'],
        rows: [[HOSTILE, 1234567, 0.123456, null, Number.NaN, 5, 6, '0.34 [0.08, 0.68]', ADDRESS]],
      },
      ...charts,
      { kind: 'details', summary: 'More', blocks: [{ kind: 'paragraph', text: 'Folded.' }] },
    ],
  };
}
