/** Flow of the pipeline: every table a box with its rows, arrows from what it was made of, top to bottom. */
import type { Picture } from '../section.ts';
import { ACCENT, NEUTRAL } from '../theme.ts';
import { emptyPicture } from './empty.ts';

export interface FlowBox {
  readonly id: string;
  /** Second line: how much is in it, for example `200,000 fills`. */
  readonly content: string;
  /** Ids of boxes that this one was made of; unknown ones are ignored. */
  readonly madeOf: readonly string[];
  /** For the tooltip: which script made it and when. */
  readonly detail: string;
}

const BOX_HEIGHT_PX = 52;
const GAP_PX = 34;
/** Share of a column that its box takes. */
const BOX_SHARE = 0.9;

interface Placed {
  readonly box: FlowBox;
  readonly layer: number;
}

/** Longest way from a box without ancestors, for each box; boxes must be in an order where makers come first. */
function placeBoxes(boxes: readonly FlowBox[]): Placed[] {
  const layerOf = new Map<string, number>();
  return boxes.map((box) => {
    const above = box.madeOf.map((id) => layerOf.get(id) ?? -1);
    const layer = Math.max(-1, ...above) + 1;
    layerOf.set(box.id, layer);
    return { box, layer };
  });
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

/** Draws boxes and arrows. @param boxes makers before what is made of them */
export function flowPicture(boxes: readonly FlowBox[]): Picture {
  if (boxes.length === 0) return emptyPicture('Nothing has been made yet.');
  const placed = placeBoxes(boxes);
  const nLayers = Math.max(...placed.map(({ layer }) => layer)) + 1;
  const heightPx = nLayers * BOX_HEIGHT_PX + (nLayers - 1) * GAP_PX;
  const rows = placed.map(({ box, layer }, i) => {
    const peers = placed.filter((other) => other.layer === layer);
    const column = placed.slice(0, i).filter((other) => other.layer === layer).length;
    const middle = (column + 0.5) / peers.length;
    const half = (BOX_SHARE / 2) * (1 / Math.max(peers.length, 2)) * (peers.length === 1 ? 1.2 : 1);
    const top = layer * (BOX_HEIGHT_PX + GAP_PX);
    return {
      id: box.id,
      content: box.content,
      detail: box.detail,
      middle,
      left: middle - half,
      right: middle + half,
      top,
      bottom: top + BOX_HEIGHT_PX,
      firstLine: top + 19,
      secondLine: top + 37,
    };
  });
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const arrows = neededArrows(boxes).map(([from, to]) => {
    const [source, target] = [rowOf.get(from)!, rowOf.get(to)!];
    return { x: source.middle, y: source.bottom, x2: target.middle, y2: target.top - 7, tip: target.top - 6 };
  });
  const x = { type: 'quantitative' as const, scale: { domain: [0, 1], nice: false }, axis: null };
  const y = { type: 'quantitative' as const, scale: { domain: [heightPx, 0], nice: false, zero: false }, axis: null };
  const tooltip = [
    { field: 'id', type: 'nominal', title: 'table' },
    { field: 'content', type: 'nominal', title: 'holds' },
    { field: 'detail', type: 'nominal', title: 'made by' },
  ] as const;
  return {
    note: '',
    spec: {
      width: 'container',
      height: heightPx,
      layer: [
        {
          data: { values: arrows },
          mark: { type: 'rule', color: NEUTRAL.muted, strokeWidth: 1.5 },
          encoding: { x: { field: 'x', ...x }, y: { field: 'y', ...y }, x2: { field: 'x2' }, y2: { field: 'y2' } },
        },
        {
          data: { values: arrows },
          mark: { type: 'point', shape: 'triangle-down', size: 90, color: NEUTRAL.muted, filled: true, opacity: 1 },
          encoding: { x: { field: 'x2', ...x }, y: { field: 'tip', ...y } },
        },
        {
          data: { values: rows },
          mark: { type: 'rect', color: NEUTRAL.panel, stroke: ACCENT, strokeWidth: 1.5, cornerRadius: 6 },
          encoding: {
            x: { field: 'left', ...x },
            x2: { field: 'right' },
            y: { field: 'top', ...y },
            y2: { field: 'bottom' },
            tooltip: [...tooltip],
          },
        },
        {
          data: { values: rows },
          mark: { type: 'text', fontWeight: 'bold', fontSize: 12, color: NEUTRAL.ink, limit: 150 },
          encoding: {
            x: { field: 'middle', ...x },
            y: { field: 'firstLine', ...y },
            text: { field: 'id', type: 'nominal' },
            tooltip: [...tooltip],
          },
        },
        {
          data: { values: rows },
          mark: { type: 'text', fontSize: 12, color: NEUTRAL.ink, limit: 150 },
          encoding: {
            x: { field: 'middle', ...x },
            y: { field: 'secondLine', ...y },
            text: { field: 'content', type: 'nominal' },
            tooltip: [...tooltip],
          },
        },
      ],
    },
  };
}
