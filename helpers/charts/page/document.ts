/** The frame of a page that is one file: it loads nothing, sends nothing, and runs no script but those it was made with. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escapeHtml } from './text.ts';

export interface DocumentParts {
  readonly title: string;
  readonly styles: readonly string[];
  /** HTML of the page, its scripts left out. */
  readonly body: string;
  readonly scripts: readonly string[];
  /** Whether a script makes functions out of text, as Vega does. */
  readonly usesEval?: boolean;
  /** What a program may want to read of the page: names and values. */
  readonly meta?: Readonly<Record<string, string>>;
  /** The browser asks for the page again after so long, s. */
  readonly refreshSeconds?: number;
}

/** A file that stands beside the module that asks for it. @param base `import.meta.url` of that module */
export function ownFile(base: string, name: string): string {
  return readFileSync(new URL(name, base), 'utf8');
}

function policyOf(scripts: readonly string[], usesEval: boolean): string {
  const hashes = scripts.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  return [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    `script-src ${[...hashes, ...(usesEval ? ["'unsafe-eval'"] : [])].join(' ')}`,
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** The whole page as text. */
export function documentHtml({
  title,
  styles,
  body,
  scripts,
  usesEval = false,
  meta = {},
  refreshSeconds,
}: DocumentParts): string {
  const metas = Object.entries(meta).map(
    ([name, value]) => `<meta name="${escapeHtml(name)}" content="${escapeHtml(value)}">\n`,
  );
  if (refreshSeconds !== undefined) metas.unshift(`<meta http-equiv="refresh" content="${refreshSeconds}">\n`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(scripts, usesEval)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${metas.join('')}<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
${styles.join('\n')}</style>
</head>
<body>
${body}
${scripts.map((code) => `<script>${code}</script>`).join('\n')}
</body>
</html>
`;
}
