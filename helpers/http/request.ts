/** What is asked of a server, and its address. */

type QueryValue = string | number | boolean;

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the client's base address, with its leading slash. */
  readonly path: string;
  /** A list is the same name several times; undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Tokens of the budget; default: the client's. */
  readonly cost?: number;
  /**
   * When it is sent again: `always` (default of GET: it changes nothing), `refused` only when the server has said that it did
   * nothing (429) or could not be reached at all (default of the others), or `never`.
   */
  readonly repeat?: 'always' | 'refused' | 'never';
  /** All attempts and waits together, ms; default: the client's. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** The full address of a request. */
export function addressOf(baseUrl: string, { path, query = {} }: HttpRequest): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
}
