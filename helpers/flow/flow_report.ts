/** What the flow monitor has seen, and which markets move together, in lines and as a picture. */
import { type Block, chartBlock } from '../charts/section.ts';
import { heatMapPicture } from '../charts/specs/heat_map.ts';
import type { Presentation } from '../step/contract.ts';
import type { CorrelatedGroup } from './correlated_groups.ts';
import { type FlowFactsOfRun, formatFlow } from './watch_flow.ts';

export const FLOW_SECTION = { id: 'flow_groups', order: 200, title: 'Markets that move together' };

const N_MARKETS_SHOWN = 30;
const N_SHORT = 32;

/** Correlations within the largest groups, each market with itself 1. */
function pictureOf(groups: readonly CorrelatedGroup[]): Block {
  const shown: string[] = [];
  for (const { markets } of [...groups].sort((a, b) => b.markets.length - a.markets.length))
    if (shown.length + markets.length <= N_MARKETS_SHOWN || shown.length === 0) shown.push(...markets);
  const short = (name: string): string => (name.length <= N_SHORT ? name : `${name.slice(0, N_SHORT - 1)}…`);
  const isShown = new Set(shown);
  const cells = groups.flatMap(({ pairs }) =>
    pairs
      .filter(({ a, b }) => isShown.has(a) && isShown.has(b))
      .flatMap(({ a, b, correlation }) => [
        { row: short(a), column: short(b), value: correlation },
        { row: short(b), column: short(a), value: correlation },
      ]),
  );
  return chartBlock(
    'groups',
    `Correlation of half-hourly returns over seven days, of ${shown.length} markets in groups; negative: they move opposite. An empty cell: not tied.`,
    heatMapPicture(cells, {
      rowTitle: 'market',
      columnTitle: 'market',
      valueTitle: 'correlation',
      colours: 'diverging',
    }),
  );
}

export function presentFlow(facts: FlowFactsOfRun): Presentation {
  const { groups } = facts;
  const nMarkets = groups.reduce((n, { markets }) => n + markets.length, 0);
  const verdict =
    groups.length === 0
      ? 'No markets are known to move together yet.'
      : `${nMarkets} markets move together or opposite, in ${groups.length} groups.`;
  return {
    lines: [formatFlow(facts)],
    blocks: [{ kind: 'verdict', tone: 'neutral', text: verdict }, ...(groups.length === 0 ? [] : [pictureOf(groups)])],
  };
}
