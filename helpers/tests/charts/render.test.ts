import { describe, expect, it } from 'vitest';
import { renderPng, renderSvg } from '../../charts/render.ts';
import { sectionSchema } from '../../charts/section.ts';
import { distributionsPicture } from '../../charts/specs/distributions.ts';
import { flowPicture } from '../../charts/specs/flow.ts';
import { heatMapPicture } from '../../charts/specs/heat_map.ts';
import { binValues, createLogCounter, histogramPicture } from '../../charts/specs/histogram.ts';
import { linesPicture } from '../../charts/specs/lines.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import { scatterPicture } from '../../charts/specs/scatter.ts';
import { waterfallPicture } from '../../charts/specs/waterfall.ts';
import { logTicks } from '../../charts/specs/words.ts';
import { colourScale } from '../../charts/theme.ts';
import { createRandom } from '../../kernels/random.ts';
import { galleryPictures, gallerySection } from './gallery.ts';

const gallery = galleryPictures();

describe('rendering', () => {
  it.each(Object.keys(gallery))('draws %s twice to the same bytes, whatever was drawn before', async (name) => {
    const first = await renderSvg(gallery[name].spec, 'p');
    await renderSvg(gallery.histogram.spec, 'other');
    expect(await renderSvg(gallery[name].spec, 'p')).toBe(first);
    expect(first).toMatch(/^<svg [^>]*viewBox="0 0 720 \d+/);
    expect(first).not.toMatch(/NaN|undefined|<script/);
  });

  it('draws a PNG of twice the size of the SVG, the same bytes each time', async () => {
    const svg = await renderSvg(gallery.heat_map.spec, 'p', 360);
    const png = Buffer.from(renderPng(svg));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(720);
    expect(Buffer.from(renderPng(svg)).equals(png)).toBe(true);
  });

  it('sets text in the PNG: a picture without its words differs', async () => {
    const svg = await renderSvg(gallery.waterfall.spec, 'p');
    const mute = svg.replace(/<text[^>]*>.*?<\/text>/g, '');
    expect(mute.length).toBeLessThan(svg.length);
    expect(Buffer.from(renderPng(mute)).equals(Buffer.from(renderPng(svg)))).toBe(false);
  });
});

describe('pictures of little and of much', () => {
  it('say that there is nothing to draw', async () => {
    const empty = [
      histogramPicture(binValues([Number.NaN], 'linear'), { xTitle: 'x', yTitle: 'y' }),
      histogramPicture(binValues([], 'log'), { xTitle: 'x', yTitle: 'y' }),
      rankedBarsPicture([], 'x'),
      scatterPicture([], { xTitle: 'x', yTitle: 'y' }),
      waterfallPicture([], 'wallets'),
      linesPicture([{ name: 'a', points: [] }], { xTitle: 'x', yTitle: 'y' }),
      heatMapPicture([], { rowTitle: 'r', columnTitle: 'c', valueTitle: 'v' }),
      distributionsPicture([{ group: 'a', values: [Number.NaN] }], 'x'),
      flowPicture([]),
    ];
    for (const picture of empty) expect(await renderSvg(picture.spec, 'p')).toMatch(/No |Nothing/);
  });

  it('draw one value, and a constant', async () => {
    const histogram = binValues([3, 3, 3], 'linear');
    expect(histogram.bins).toEqual([{ from: 2.5, to: 3.5, count: 3 }]);
    expect(await renderSvg(histogramPicture(histogram, { xTitle: 'x', yTitle: 'y' }).spec, 'p')).not.toContain('NaN');
  });

  it('sample a huge scatter, keep small groups whole and say so', () => {
    const random = createRandom(1);
    const points = Array.from({ length: 100_000 }, (_, i) => ({
      x: random.normal(),
      y: random.normal(),
      group: i < 25 ? 'insider' : 'casual',
    }));
    const { spec, note } = scatterPicture(points, { xTitle: 'x', yTitle: 'y' });
    const { values } = (spec as { data: { values: { group: string }[] } }).data;
    expect(values).toHaveLength(4000);
    expect(values.filter((point) => point.group === 'insider')).toHaveLength(25);
    expect(note).toContain('A sample of 4,000 of 100,000 points');
  });

  it('count what a log axis cannot show', () => {
    const histogram = binValues([-1, 0, Number.NaN, 1, 10], 'log');
    expect(histogram.nLeftOut).toBe(3);
    expect(histogramPicture(histogram, { xTitle: 'x', yTitle: 'y' }).note).toContain('3 values are not drawn');
  });

  it('leave out unfinite bars and say how many are drawn', () => {
    const bars = [
      { label: 'a', value: 1 },
      { label: 'b', value: Number.NaN },
      { label: 'c', value: 2 },
    ];
    const { spec, note } = rankedBarsPicture(bars, 'x');
    expect((spec as { data: { values: { label: string }[] } }).data.values.map((bar) => bar.label)).toEqual(['c', 'a']);
    expect(note).toBe('The 2 largest of 3 are drawn.');
  });
});

describe('counting', () => {
  it('marks a log axis at powers of ten, and between them when they are few', () => {
    expect(logTicks(0.02, 300)).toEqual([0.1, 1, 10, 100]);
    expect(logTicks(1, 60)).toEqual([1, 2, 5, 10, 20, 50]);
    expect(logTicks(3, 3)).toEqual([]);
  });

  it('finds the same log bins in pieces as at once, and every value in its bin', () => {
    const random = createRandom(2);
    const values = Array.from({ length: 2000 }, () => Math.exp(3 * random.normal()));
    const counter = createLogCounter();
    counter.add(values.slice(0, 700));
    counter.add(values.slice(700));
    const whole = binValues(values, 'log');
    expect(counter.finish()).toEqual(whole);
    for (const { from, to, count } of whole.bins) {
      const naive = values.filter((v) => v >= from * (1 - 1e-5) && v < to * (1 + 1e-5)).length;
      expect(Math.abs(naive - count)).toBeLessThanOrEqual(1);
    }
  });

  it('computes quantiles by linear interpolation', () => {
    const { spec } = distributionsPicture([{ group: 'a', values: [1, 2, 3, 4, 5] }], 'x');
    const [row] = (spec as { data: { values: Record<string, number>[] } }).data.values;
    expect([row.p5, row.p25, row.p50, row.p75, row.p95]).toEqual([1.2, 2, 3, 4, 4.8]);
  });

  it('lets a waterfall end at zero', () => {
    const { spec } = waterfallPicture(
      [
        { label: 'a', count: 3, kind: 'whale' },
        { label: 'b', count: 7, kind: 'casual' },
      ],
      'wallets',
    );
    const { values } = (spec as { data: { values: { from: number; to: number }[] } }).data;
    expect(values.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [7, 10],
      [0, 7],
    ]);
  });

  it('draws only arrows that no chain of arrows tells', () => {
    const box = (id: string, madeOf: string[]) => ({ id, madeOf, content: '', detail: '' });
    const { spec } = flowPicture([box('a', []), box('b', ['a']), box('c', ['a', 'b', 'unknown'])]);
    const { layer } = spec as unknown as { layer: { data: { values: unknown[] } }[] };
    expect(layer[0].data.values).toHaveLength(2);
  });

  it('gives a kind of wallet one colour wherever it stands, and no colour twice', () => {
    const one = colourScale(['insider', 'other']);
    const two = colourScale(['other', 'whale', 'insider']);
    expect(one.range[0]).toBe(two.range[2]);
    expect(new Set(two.range).size).toBe(3);
  });
});

describe('the contract', () => {
  const section = { ...gallerySection(), blocks: [] };
  it('reads back what JSON kept', () => {
    const once = JSON.parse(JSON.stringify(sectionSchema.parse(gallerySection())));
    expect(JSON.parse(JSON.stringify(sectionSchema.parse(once)))).toEqual(once);
  });

  it.each([
    [
      'a chart that loads a file',
      [{ kind: 'chart', stem: 'a', caption: 'c', spec: { layer: [{ data: { url: 'x' } }] } }],
    ],
    ['an image', [{ kind: 'chart', stem: 'a', caption: 'c', spec: { mark: 'image' } }]],
    ['a name that leaves the folder', [{ kind: 'chart', stem: '../a', caption: 'c', spec: {} }]],
    ['a row of the wrong length', [{ kind: 'table', caption: 'c', header: ['a', 'b'], rows: [[1]] }]],
    ['a chart without words', [{ kind: 'chart', stem: 'a', caption: '', spec: {} }]],
    ['an unknown block', [{ kind: 'video' }]],
    ['two charts of one name', [1, 2].map(() => ({ kind: 'chart', stem: 'a', caption: 'c', spec: {} }))],
  ])('refuses %s', (_, blocks) => {
    expect(sectionSchema.safeParse({ ...section, blocks }).success).toBe(false);
  });
});
