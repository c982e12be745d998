/** What detectors say of a wallet, in words. */
import { escapeHtml } from '../charts/page/text.ts';
import { reasonInWords } from '../features/wallets/reasons_report.ts';
import { formatCount } from '../run/console.ts';
import { capital, listed, small } from '../run/words.ts';
import type { Explanation, Figure, Finding } from './wallet_reasons.ts';

/** Findings of a wallet that nothing flags whose reasons are told: those of its best ranks. */
const N_RANKED_SHOWN = 2;

function rankText({ rank, nRanked }: Finding): string {
  return `rank ${formatCount(rank)} of ${formatCount(nRanked)}`;
}

/** A p-value to one or two figures. */
function probabilityText(p: number): string {
  if (Number.isNaN(p)) return '–';
  return p < 0.001 ? p.toExponential(0).replace('e-', ' · 10^−') : p.toPrecision(2);
}

const figureText = ({ words, column, value, quantile }: Figure): string =>
  words ?? reasonInWords(column, value, quantile);

/** Why a wallet has a file, in one sentence. @param findings flags first, then by rank; at least one */
export function headline(findings: readonly (Finding & Explanation)[]): string {
  const flags = findings.filter(({ isFlagged }) => isFlagged);
  const [first] = findings;
  const [figure] = first.figures;
  const why = figure === undefined ? '' : `: ${figureText(figure)}`;
  if (flags.length === 0) return `Not flagged, ${rankText(first)} by ${small(first.detector)}${why}.`;
  return `Flagged by ${listed(flags.map(({ detector }) => small(detector)))} (${rankText(first)})${why}.`;
}

/** The findings that count, each with its figures in words. */
export function reasonsHtml(findings: readonly (Finding & Explanation)[]): string {
  const flags = findings.filter(({ isFlagged }) => isFlagged);
  const shown = flags.length > 0 ? flags : findings.slice(0, N_RANKED_SHOWN);
  return shown
    .map((finding) => {
      const verdict = finding.isFlagged ? 'flagged' : 'not flagged';
      const figures = finding.figures.map((figure) => `<li>${escapeHtml(capital(figureText(figure)))}.</li>`);
      return `<p><b>${escapeHtml(finding.detector)}</b>: ${verdict}, ${rankText(finding)}. ${escapeHtml(finding.figuresAre)}:</p><ul>${figures.join('')}</ul>`;
    })
    .join('\n');
}

/** Every detector with flag, rank, score and p-value. */
export function detectorRows(findings: readonly Finding[]): string {
  const rows = findings.map((finding) => {
    const { detector, isFlagged, rank, nRanked, score, pValue } = finding;
    return `<tr><td>${escapeHtml(detector)}</td><td>${isFlagged ? 'yes' : 'no'}</td><td class="number">${formatCount(rank)} of ${formatCount(nRanked)}</td><td class="number">${score.toPrecision(3)}</td><td class="number">${probabilityText(pValue)}</td></tr>`;
  });
  return `<div class="scroller" role="region" aria-label="Detectors" tabindex="0"><table><thead><tr><th scope="col">detector</th><th scope="col">flagged</th><th scope="col" class="number">rank</th><th scope="col" class="number">score</th><th scope="col" class="number">p</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
