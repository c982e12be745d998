/** The daily climate report of the National Weather Service (CLI), which settles temperature markets once it is final. */

export interface ClimateReport {
  /** `2026-09-20`. */
  readonly day: string;
  /** Whole °F; null where it is missing (MM). */
  readonly maximum: number | null;
  readonly minimum: number | null;
  /** Sent in the afternoon about the day so far: it settles nothing. */
  readonly isPreliminary: boolean;
}

const MONTHS = 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(' ');

/** Null for a text that is no such report. */
export function parseClimateReport(text: string): ClimateReport | null {
  const told = /CLIMATE SUMMARY FOR\s+([A-Z]+)\s+(\d{1,2})\s+(\d{4})/.exec(text);
  const month = told === null ? 0 : MONTHS.indexOf(told[1]) + 1;
  if (told === null || month === 0) return null;
  const degrees = (name: string): number | null => {
    const [, value] = new RegExp(`^\\s*${name}\\s+(-?\\d+|MM)`, 'm').exec(text) ?? [];
    return value === undefined || value === 'MM' ? null : Number(value);
  };
  return {
    day: `${told[3]}-${String(month).padStart(2, '0')}-${told[2].padStart(2, '0')}`,
    maximum: degrees('MAXIMUM'),
    minimum: degrees('MINIMUM'),
    isPreliminary: /VALID (TODAY )?AS OF/.test(text),
  };
}
