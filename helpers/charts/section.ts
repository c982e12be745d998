/** The contract between a chapter and the report: a section is plain data, written as JSON and read back with a check. */
import type { TopLevelSpec } from 'vega-lite';
import { z } from 'zod';

/** A Vega-Lite specification whose data stand in it; the report never fetches anything. */
export type ChartSpec = TopLevelSpec;

/** Words that may name a section or a picture. Without hyphens, so that `<id>-<stem>` is never ambiguous. */
const NAME = /^[a-z0-9][a-z0-9_]{0,62}$/;
const nameSchema = z.string().regex(NAME, 'must be small letters, digits and underscores');
const textSchema = z.string().min(1, 'must not be empty');

/** Whether some part of a specification would make a renderer load something. */
function asksForFiles(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(asksForFiles);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (key === 'data' && typeof inner === 'object' && inner !== null && 'url' in inner) ||
      (key === 'mark' && (inner === 'image' || (inner as { type?: unknown } | null)?.type === 'image')) ||
      (key === 'encoding' && typeof inner === 'object' && inner !== null && ('href' in inner || 'url' in inner)) ||
      (key !== 'values' && asksForFiles(inner)),
  );
}

const specSchema = z.custom<ChartSpec>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !asksForFiles(value),
  'must be a Vega-Lite specification with inline data, without images and links',
);

const paragraphSchema = z.strictObject({ kind: z.literal('paragraph'), text: textSchema });

const tableSchema = z
  .strictObject({
    kind: z.literal('table'),
    header: z.array(z.string()).min(1),
    /** Numbers are set right-aligned and with separators; null is a dash, and so are NaN and infinity, which JSON turns into null. */
    rows: z.array(z.array(z.union([z.string(), z.null(), z.custom<number>((cell) => typeof cell === 'number')]))),
    caption: textSchema,
  })
  .refine((table) => table.rows.every((row) => row.length === table.header.length), {
    message: 'every row must have as many cells as the header',
    path: ['rows'],
  });

const chartSchema = z.strictObject({
  kind: z.literal('chart'),
  spec: specSchema,
  /** What the chart shows, in words: also its text for those who cannot see it. */
  caption: textSchema,
  /** Name of the picture files within the section. */
  stem: nameSchema,
  /** Width of the picture files; in the page a chart is as wide as the page allows, but not wider than this. */
  widthPx: z.number().int().min(200).max(2000).optional(),
  /** Width below which it cannot be read; on a narrower screen it is scrolled sideways in its own frame. */
  minWidthPx: z.number().int().min(200).max(2000).optional(),
});

const leafSchemas = [paragraphSchema, tableSchema, chartSchema] as const;

/**
 * One plain sentence of at most 25 words that answers the section's question, and what it rests on, folded away below it. The
 * tone only colours it.
 */
const verdictSchema = z.strictObject({
  kind: z.literal('verdict'),
  text: textSchema,
  details: z.union([textSchema, z.array(z.discriminatedUnion('kind', leafSchemas)).min(1)]).optional(),
  tone: z.enum(['good', 'bad', 'neutral']).optional(),
});

/** What the report says before anything else, a sentence to each label: it stands above the table of contents, as links do. */
const summarySchema = z.strictObject({
  kind: z.literal('summary'),
  lines: z.array(z.strictObject({ label: textSchema, text: textSchema })).min(1),
});

/** A link to another page that lies beside the report. */
const linkSchema = z.strictObject({
  kind: z.literal('link'),
  href: z.string().regex(/^[a-z0-9_]+\.html$/, 'must name an HTML file beside the report'),
  text: textSchema,
});

const plainBlockSchema = z.discriminatedUnion('kind', [...leafSchemas, verdictSchema]);

/** Blocks that are folded away until somebody asks for them. */
const detailsSchema = z.strictObject({
  kind: z.literal('details'),
  summary: textSchema,
  blocks: z.array(plainBlockSchema),
});

const blockSchema = z.discriminatedUnion('kind', [
  ...plainBlockSchema.options,
  detailsSchema,
  summarySchema,
  linkSchema,
]);

export const sectionSchema = z
  .strictObject({
    id: nameSchema,
    /** Place in the report; chapters use their script's number times ten. */
    order: z.number().int().min(0).max(9999),
    title: textSchema,
    blocks: z.array(blockSchema),
    /** Further sentences for "What this does not show". */
    limits: z.array(textSchema).optional(),
    /** Which data the section speaks of; the report's head shows that of the first section that has one. */
    dataWindow: z.strictObject({ source: textSchema, fromMs: z.number(), toMs: z.number() }).optional(),
    /** Which result the section shows, which code drew it, and what was printed then. */
    presented: z.strictObject({ fingerprint: textSchema, hash: z.string(), lines: z.array(z.string()) }).optional(),
  })
  .superRefine((section, context) => {
    const stems = chartsOf(section.blocks).map((chart) => chart.stem);
    const twice = stems.find((stem, i) => stems.indexOf(stem) !== i);
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `two charts are named ${twice}` });
  });

export type ReportSection = z.infer<typeof sectionSchema>;
export type Block = z.infer<typeof blockSchema>;
type PlainBlock = z.infer<typeof plainBlockSchema>;
export type ChartBlock = z.infer<typeof chartSchema>;
export type TableBlock = z.infer<typeof tableSchema>;
export type VerdictBlock = z.infer<typeof verdictSchema>;

/** All charts of some blocks, the folded ones included, in reading order. */
export function chartsOf(blocks: readonly Block[]): ChartBlock[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'chart') return [block];
    if (block.kind === 'details') return chartsOf(block.blocks);
    return block.kind === 'verdict' && Array.isArray(block.details) ? chartsOf(block.details) : [];
  });
}

/** A specification and what must be said about it, for example that it shows a sample; '' for nothing. */
export interface Picture {
  readonly spec: ChartSpec;
  readonly note: string;
}

/** A chart block whose caption ends with the picture's own note. */
export function chartBlock(stem: string, caption: string, picture: Picture): ChartBlock {
  return {
    kind: 'chart',
    stem,
    spec: picture.spec,
    caption: picture.note === '' ? caption : `${caption} ${picture.note}`,
  };
}

export function paragraph(text: string): z.infer<typeof paragraphSchema> {
  return { kind: 'paragraph', text };
}

/** One plain sentence of at most 25 words in a box. */
export function verdictBlock(text: string, tone: VerdictBlock['tone'] = 'neutral'): VerdictBlock {
  return { kind: 'verdict', text, tone };
}

/** @param rows cells as the header names them; null for what is not known */
export function tableBlock(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): TableBlock {
  return { kind: 'table', caption, header: [...header], rows: rows.map((row) => [...row]) };
}

/** Blocks that are folded away below a line. */
export function detailsBlock(summary: string, blocks: readonly PlainBlock[]): z.infer<typeof detailsSchema> {
  return { kind: 'details', summary, blocks: [...blocks] };
}

/** A sentence in a box, and below it, folded away, what it rests on: a paragraph each. */
export function verdictBlocks(text: string, summary: string, details: readonly string[]): Block[] {
  return [verdictBlock(text), ...(details.length === 0 ? [] : [detailsBlock(summary, details.map(paragraph))])];
}

/** Name of a chart's picture files, and of its place in the page. */
export function pictureName(section: ReportSection, chart: ChartBlock): string {
  return `${section.id}-${chart.stem}`;
}
