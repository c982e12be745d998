/** What the probabilities of 11 are worth, and whether they mean what they say, in lines and in a section of the report. */
import { type Block, detailsBlock, paragraph, verdictBlock } from '../charts/section.ts';
import { formatTarget } from '../features/trades/targets.ts';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import type { Presentation, PresentView } from '../step/contract.ts';
import { calibrationBlock } from './calibration_report.ts';
import { formatPercent, formatShare } from './format.ts';
import { PICK_THRESHOLDS, type Picks, picksAt, type Scorecard } from './scorecard.ts';
import type { FoldSummary, TrainingFacts, TrainingSettings, UnseenWalletScore } from './training.ts';

export const PROFITABILITY_SECTION = {
  id: 'profitability',
  order: 110,
  title: 'Can it be told beforehand whether following a trade pays?',
};
/** Thresholds that fit a line of the terminal. */
const SHORT_THRESHOLDS = [0.5, 0.75, 0.9];

/** `.61 [.55, .70] n 1,234` */
export function formatPicks({ nPicks, precision }: Picks): string {
  return nPicks === 0 ? 'no picks' : `${formatShare(precision)} n ${formatCount(nPicks)}`;
}

/** Base rate, price only and model, a row each. */
function scorecardCells(card: Scorecard, thresholds: readonly number[]): { header: string[]; rows: string[][] } {
  const header = ['', 'AUC', 'log loss', 'cal. error', ...thresholds.map((threshold) => `precision at ${threshold}`)];
  return {
    header,
    rows: [
      ['base rate', '.500', '', '', ...thresholds.map(() => formatShare(card.baseRate))],
      ...card.scores.map((score) => [
        score.name,
        formatShare(score.auc),
        score.logLoss.toFixed(4),
        score.calibrationError.toFixed(4),
        ...thresholds.map((threshold) => formatPicks(picksAt(score, threshold))),
      ]),
    ],
  };
}

function formatFold(fold: FoldSummary): string {
  const count = (name: Exclude<keyof FoldSummary, 'index' | 'testStartMs'>): string => formatCount(fold[name]);
  return (
    `Fold ${fold.index}: test from ${isoTime(fold.testStartMs).slice(0, 16)}Z, ${count('nTest')} rows; fit on ${count('nFit')}, ` +
    `calibrated on ${count('nValidation')}; left out: ${count('nGroupExcluded')} of the test's markets and events, ` +
    `${count('nPurged')} purged, ${count('nEmbargoed')} embargoed; ${count('nTrees')} trees.`
  );
}

/** How the rows were cut where time alone left too little; nothing else. */
function formatHeldOut(heldOut: TrainingFacts['heldOut']): string[] {
  if (heldOut === null) return [];
  const { nParts, nEvents, reason } = heldOut;
  return [
    `Walking forward by time alone leaves too little to learn from (${reason}), because markets live through the test. So ${formatCount(nEvents)} events were drawn into ${nParts} parts: ` +
      'the test fills of each part and period are scored by a model of earlier fills of the other parts.',
  ];
}

function formatUnseenWallets(score: UnseenWalletScore | null): string {
  if (score === null) return 'Test on unseen wallets: none, as no fill names a wallet.';
  if (score.auc === null) return 'Test on unseen wallets: no rows of both labels.';
  return `Test on unseen wallets (${formatCount(score.nRows)} rows of wallets that training did not see): AUC ${score.auc.toFixed(3)}.`;
}

/** That the evaluation is of a sample; nothing where it is of all test fills. */
function formatSample({ nTested, scorecard: { nRows } }: TrainingFacts): string[] {
  if (nRows === nTested) return [];
  return [`Evaluated on ${formatCount(nRows)} of the ${formatCount(nTested)} test fills, drawn evenly.`];
}

/** One sentence on what following is worth before costs. */
function formatTopPicks({ top }: Scorecard): string {
  const { low, high } = top.returnDifference;
  const answer =
    low > 0
      ? 'the model beats price alone'
      : high < 0
        ? 'the model is worse than price alone'
        : 'the model is not shown to beat price alone';
  const [own, rival] = [top.modelReturn, top.priceOnlyReturn].map(({ estimate }) => formatPercent(estimate));
  return `The model's top 1 % of test fills returned ${own} before costs, price alone ${rival}: ${answer}.`;
}

function formatTopDetails({ top }: Scorecard): string {
  return (
    `The ${formatCount(top.nPicks)} highest probabilities, mean return before costs: model ${formatShare(top.modelReturn)}, ` +
    `price only ${formatShare(top.priceOnlyReturn)}, difference ${formatShare(top.returnDifference)}.`
  );
}

function blocksOf(facts: TrainingFacts, foldLines: readonly string[], target: string): Block[] {
  const { scorecard: card, calibration, unseenWallets } = facts;
  return [
    verdictBlock(formatTopPicks(card), card.top.returnDifference.low > 0 ? 'good' : 'neutral'),
    detailsBlock('What this is based on', [
      paragraph(
        `Label 1 is a ${target}. ${formatCount(card.nRows)} test fills of ${formatCount(card.nMarkets)} markets, each scored by a model that learned ` +
          'from earlier fills of other markets and events. Returns are before costs; the next sections subtract them.',
      ),
      ...[formatTopDetails(card), formatUnseenWallets(unseenWallets), ...foldLines].map(paragraph),
    ]),
    {
      kind: 'table',
      ...scorecardCells(card, PICK_THRESHOLDS),
      caption: 'With 95 % intervals from a bootstrap over markets.',
    },
    calibrationBlock(calibration),
  ];
}

export function presentProfitability(
  facts: TrainingFacts,
  { settings: { target, horizonMs } }: PresentView<TrainingSettings>,
): Presentation {
  const { folds, lacking, scorecard: card, unseenWallets } = facts;
  const foldLines = [
    ...formatHeldOut(facts.heldOut),
    ...folds.map(formatFold),
    ...lacking.map(({ index, reason }) => `Fold ${index} skipped: ${reason}.`),
    ...formatSample(facts),
  ];
  const { header, rows } = scorecardCells(card, SHORT_THRESHOLDS);
  return {
    lines: [
      ...foldLines,
      formatTable(header, rows),
      formatUnseenWallets(unseenWallets),
      formatTopDetails(card),
      formatTopPicks(card),
    ],
    blocks: blocksOf(facts, foldLines, `${formatTarget(target)} ${horizonMs / HOUR_MS} h after the fill`),
    limits: [
      'Fills after which nobody traded within the horizon have no label and are not evaluated.',
      'A high probability is not an edge: an expensive share in a market that is about to end is easy to guess and pays little.',
    ],
  };
}
