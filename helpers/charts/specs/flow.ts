/** Flow of the pipeline: every table a box with its rows, arrows from what it was made of, left to right. */
import type { Picture } from '../section.ts';
import { textWidthPx } from '../text_width.ts';
import { ACCENT, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';
import { pictureOf, told } from './parts.ts';

export interface FlowBox {
  readonly id: string;
  /** Second line: how much is in it, for example `200,000 fills`. */
  readonly content: string;
  /** Ids of boxes that this one was made of; unknown ones are ignored. */
  readonly madeOf: readonly string[];
  /** For the tooltip: which script made it and when. */
  readonly detail: string;
}

const BOX_HEIGHT_PX = 42;
const GAP_PX = 10;
/** Share of a column that its box takes; arrows run in the rest. */
const BOX_SHARE = 0.88;
/** Room of the picture in the page and in picture files. */
const WIDTH_PX = 760;
const NAME_SIZE_MAX_PX = 10;
/** How much wider bold letters are than those that are measured. */
const BOLD = 1.13;

interface Placed {
  readonly box: FlowBox;
  readonly layer: number;
  /** Middle of the box, pixels from the top. */
  readonly middle: number;
}

/** Longest way from a box without ancestors, for each box; boxes must be in an order where makers come first. */
function layersOf(boxes: readonly FlowBox[]): FlowBox[][] {
  const layerOf = new Map<string, number>();
  const layers: FlowBox[][] = [];
  for (const box of boxes) {
    const layer = Math.max(-1, ...box.madeOf.map((id) => layerOf.get(id) ?? -1)) + 1;
    layerOf.set(box.id, layer);
    layers[layer] ??= [];
    layers[layer].push(box);
  }
  return layers;
}

/** Boxes of a layer below each other, in the order of the middle of what they are made of, so that few arrows cross. */
function placeBoxes(boxes: readonly FlowBox[]): { placed: Placed[]; nLayers: number; heightPx: number } {
  const layers = layersOf(boxes);
  const step = BOX_HEIGHT_PX + GAP_PX;
  const heightPx = Math.max(...layers.map((layer) => layer.length)) * step - GAP_PX;
  const middles = new Map<string, number>();
  const placed = layers.flatMap((own, layer) => {
    const wish = (box: FlowBox): number => {
      const makers = box.madeOf.filter((id) => middles.has(id));
      return makers.reduce((sum, id) => sum + middles.get(id)!, 0) / Math.max(makers.length, 1);
    };
    const first = (heightPx - (own.length * step - GAP_PX) + BOX_HEIGHT_PX) / 2;
    const sorted = [...own].sort((a, b) => wish(a) - wish(b));
    const here = sorted.map((box, i) => ({ box, layer, middle: first + i * step }));
    for (const { box, middle } of here) middles.set(box.id, middle);
    return here;
  });
  return { placed, nLayers: layers.length, heightPx };
}

/** Arrows that no chain of other arrows already tells. */
function neededArrows(boxes: readonly FlowBox[]): [string, string][] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const reaches = (from: string, to: string): boolean =>
    from === to || (byId.get(to)?.madeOf ?? []).some((id) => byId.has(id) && id !== to && reaches(from, id));
  return boxes.flatMap((box) =>
    box.madeOf
      .filter(
        (id) => byId.has(id) && !box.madeOf.some((other) => other !== id && byId.has(other) && reaches(id, other)),
      )
      .map((id): [string, string] => [id, box.id]),
  );
}

/** The largest size at which every name keeps within its box. */
function nameSizePx(boxes: readonly FlowBox[], nLayers: number): number {
  const room = (WIDTH_PX / nLayers) * BOX_SHARE - 4;
  const widest = Math.max(...boxes.map(({ id }) => textWidthPx(id, 1) * BOLD));
  return Math.min(NAME_SIZE_MAX_PX, Math.floor((10 * room) / widest) / 10);
}

/** Draws boxes and arrows. @param boxes makers before what is made of them */
export function flowPicture(boxes: readonly FlowBox[]): Picture {
  if (boxes.length === 0) return emptyPicture('Nothing has been made yet.');
  const { placed, nLayers, heightPx } = placeBoxes(boxes);
  const rows = placed.map(({ box, layer, middle }) => ({
    id: box.id,
    content: box.content,
    detail: box.detail,
    left: (layer + (1 - BOX_SHARE) / 2) / nLayers,
    centre: (layer + 0.5) / nLayers,
    right: (layer + (1 + BOX_SHARE) / 2) / nLayers,
    top: middle - BOX_HEIGHT_PX / 2,
    middle,
    bottom: middle + BOX_HEIGHT_PX / 2,
    firstLine: middle - 7,
    secondLine: middle + 9,
  }));
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const arrows = neededArrows(boxes).map(([from, to]) => {
    const [source, target] = [rowOf.get(from)!, rowOf.get(to)!];
    return { x: source.right, y: source.middle, x2: target.left - 0.006, y2: target.middle };
  });
  const x = { type: 'quantitative' as const, scale: { domain: [0, 1], nice: false }, axis: null };
  const y = { type: 'quantitative' as const, scale: { domain: [heightPx, 0], nice: false, zero: false }, axis: null };
  const tooltip = [told('id', 'table'), told('content', 'holds'), told('detail', 'made by')];
  return pictureOf({
    height: heightPx,
    layer: [
      {
        data: { values: arrows },
        mark: { type: 'rule', color: NEUTRAL.muted, strokeWidth: 1.5 },
        encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y }, x2: { field: 'x2' }, y2: { field: 'y2' } },
      },
      {
        data: { values: arrows },
        mark: { type: 'point', shape: 'triangle-right', size: 70, color: NEUTRAL.muted, filled: true, opacity: 1 },
        encoding: { x: { field: 'x2', ...x }, y: { field: 'y2', ...y } },
      },
      {
        data: { values: rows },
        mark: { type: 'rect', color: NEUTRAL.panel, stroke: ACCENT, strokeWidth: 1.5, cornerRadius: 6 },
        encoding: {
          x: { field: 'left', ...x },
          x2: { field: 'right' },
          y: { field: 'top', ...y },
          y2: { field: 'bottom' },
          tooltip,
        },
      },
      {
        data: { values: rows },
        mark: {
          type: 'text',
          fontWeight: 'bold',
          fontSize: nameSizePx(boxes, nLayers),
          color: NEUTRAL.ink,
          limit: 140,
        },
        encoding: {
          x: { field: 'centre', ...x },
          y: { field: 'firstLine', ...y },
          text: { field: 'id', type: 'nominal' },
          tooltip,
        },
      },
      {
        data: { values: rows },
        mark: { type: 'text', fontSize: 10, color: NEUTRAL.ink, limit: 140 },
        encoding: {
          x: { field: 'centre', ...x },
          y: { field: 'secondLine', ...y },
          text: { field: 'content', type: 'nominal' },
          tooltip,
        },
      },
    ],
  });
}
