/** How the result of a step reaches people: a section of the report, files beside it, lines; drawn again only when it must be. */
import { join } from 'node:path';
import { formatReportPlace, publishedSection, publishSection } from '../charts/report.ts';
import { type Block, paragraph, verdictBlock } from '../charts/section.ts';
import type { StepCode } from '../run/code.ts';
import { makeFolder, writeFileAtomic, writeJsonAtomic } from '../run/files.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import { tapeFacts } from '../tables/tape_limits.ts';
import { formatTapeLimits, isLimitedSection } from '../tables/tape_limits_report.ts';
import type { Presentation, PresentView, Step } from './contract.ts';
import { decodeFacts } from './facts.ts';

/** What is to be shown, and what tells whether it has been shown in this very way already. */
export interface Showing {
  readonly facts: unknown;
  readonly settings: unknown;
  readonly fingerprint: string;
  readonly code: StepCode;
  readonly modelRun: string | null;
  /** Whether it has just been made, so that whatever the report says of it is old. */
  readonly isNew: boolean;
}

function viewOf(step: Step, run: Run, { settings, modelRun }: Showing): PresentView<unknown> {
  return {
    settings,
    dataDir: run.dataDir,
    modelsDir: run.modelsDir,
    modelFolder: modelRun === null ? null : join(run.modelsDir, step.model!, modelRun),
    read: (schema) => readTable(openTable(run.dataDir, schema)),
    open: (schema) => openTable(run.dataDir, schema),
  };
}

function writeFiles(dataDir: string, files: NonNullable<Presentation['files']>): void {
  const folder = join(dataDir, 'reports');
  makeFolder(folder);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') writeFileAtomic(join(folder, name), content);
    else writeJsonAtomic(join(folder, name), content);
  }
}

/** What of the tape limits this section's answer, in a paragraph; none when nothing does. */
function tapeBlocks(dataDir: string, sectionId: string): Block[] {
  if (!isLimitedSection(sectionId)) return [];
  const facts = tapeFacts(dataDir);
  const sentences = facts === null ? [] : formatTapeLimits(facts, sectionId);
  return sentences.length === 0 ? [] : [paragraph(`What limits this answer. ${sentences.join(' ')}`)];
}

/** Shows a result; what the report shows already, by the same code, is only said again. */
export async function show(step: Step, run: Run, showing: Showing): Promise<void> {
  const { fingerprint, code, isNew } = showing;
  const before = step.section === undefined ? null : publishedSection(run.dataDir, step.section.id)?.presented;
  if (!isNew && before?.fingerprint === fingerprint && before.hash === code.presentHash) {
    for (const line of before.lines) run.log.result(line);
    return;
  }
  if (step.section !== undefined) endIfOnlyChecking(run);
  if (run.isCheck === true) return;
  const { lines, blocks, files, limits, dataWindow } = await step.present(
    decodeFacts(showing.facts),
    viewOf(step, run, showing),
  );
  if (step.section !== undefined && blocks !== undefined) {
    const presented = { fingerprint, hash: code.presentHash, lines: [...lines] };
    const all = [...blocks.slice(0, 1), ...tapeBlocks(run.dataDir, step.section.id), ...blocks.slice(1)];
    const report = await publishSection(run, { ...step.section, blocks: all, limits, dataWindow, presented });
    run.log.note(formatReportPlace(report));
  }
  if (files !== undefined) writeFiles(run.dataDir, files);
  for (const line of lines) run.log.result(line);
}

/** A step that had nothing to work on stays in the report, with its reason. */
export async function showSkipped(step: Step, run: Run, reason: string): Promise<void> {
  if (step.section === undefined || run.isCheck === true) return;
  await publishSection(run, {
    ...step.section,
    blocks: [verdictBlock(`Skipped: ${reason}.`)],
    presented: { fingerprint: 'skipped', hash: '', lines: [] },
  });
}
