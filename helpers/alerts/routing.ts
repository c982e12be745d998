/** Which sinks an alert goes to, by its category. */
import type { AlertRecord } from './record.ts';

export interface Route {
  readonly sink: string;
  /** console, json_lines, discord, … */
  readonly kind: string;
  /** Categories that this sink takes; `rest`: those that no other sink of its kind names. */
  readonly categories: readonly string[] | 'all' | 'rest';
}

/** Names of the sinks that take an alert, in the order of the routes; tests and digests are routed by their own code. */
export function routeAlert({ category }: AlertRecord, routes: readonly Route[]): string[] {
  const names = ({ categories }: Route): boolean => Array.isArray(categories) && categories.includes(category);
  const isNamed = (kind: string): boolean => routes.some((route) => route.kind === kind && names(route));
  return routes
    .filter((route) => {
      if (route.categories === 'all') return true;
      return route.categories === 'rest' ? !isNamed(route.kind) : names(route);
    })
    .map(({ sink }) => sink);
}
