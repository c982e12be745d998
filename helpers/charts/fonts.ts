/**
 * Which font files the PNG pictures are set in. resvg draws no text at all without a font, so the files come from the
 * package `dejavu-fonts-ttf` (the same bytes everywhere); without it, from where Linux keeps DejaVu; else any system font.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const FONT_PACKAGE = 'dejavu-fonts-ttf';
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'] as const;
const SYSTEM_FOLDERS = ['/usr/share/fonts/truetype/dejavu', '/usr/share/fonts/TTF', '/usr/share/fonts/dejavu'] as const;

function packageFolder(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${FONT_PACKAGE}/package.json`)), 'ttf');
  } catch {
    return null;
  }
}

/** Paths of DejaVu Sans, regular and bold; empty when this machine has neither the package nor the font. */
export function findFontFiles(): string[] {
  const folders = [packageFolder(), ...SYSTEM_FOLDERS].filter((folder) => folder !== null);
  const folder = folders.find((candidate) => FONT_FILES.every((file) => existsSync(join(candidate, file))));
  return folder === undefined ? [] : FONT_FILES.map((file) => join(folder, file));
}
