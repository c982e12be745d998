/** The signs of a kind of wallet as figures: each with its value and its place, the one that adds most to the score first. */
import { SIGN_SETS, type SignSetName } from '../anomaly/signs.ts';
import { type Population, quantileOf } from '../features/wallets/population.ts';
import type { Figure } from './wallet_reasons.ts';

/** Signs that are quotients of columns: under what name reasons_report.ts knows them, and in which unit. */
const QUOTIENTS: Readonly<Record<string, { readonly column: string; readonly factor: number }>> = {
  'few active days for its age': { column: 'active_days_share_pct', factor: 100 },
  'fills per market': { column: 'fills_per_market', factor: 1 },
  'largest bet against the mean': { column: 'max_bet_over_mean', factor: 1 },
};

/** The figures behind the score of a set of signs, by row of the profiles. */
export function signFigures(population: Population, name: SignSetName): (row: number) => readonly Figure[] {
  const signs = SIGN_SETS[name].map(([weight, { name, columns, value }]) => {
    const inputs = columns.map((column) => population.values(column));
    const signed = inputs[0].map((_, row) => value(...inputs.map((values) => values[row])));
    const quotient = QUOTIENTS[name];
    const values = quotient === undefined ? inputs[0] : signed.map((own) => quotient.factor * Math.abs(own));
    return { weight, column: quotient?.column ?? columns[0], signed, values };
  });
  return (row) =>
    signs
      .map(({ weight, column, signed, values }) => {
        const place = quantileOf(signed, signed[row]);
        const figure = { column, value: values[row], quantile: quantileOf(values, values[row]) };
        return { figure, adds: place === null ? 0 : weight * (place.below - place.above) };
      })
      .sort((a, b) => b.adds - a.adds)
      .map(({ figure }) => figure);
}
