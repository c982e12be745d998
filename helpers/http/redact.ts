/** Takes secrets out of text before anybody can read it: an address that is a key must not reach a log, a report or an error. */

const HIDDEN = '***';

/** Names of query parameters and headers whose values are secrets. `token_id` and the like are public. */
const SECRET_NAME =
  /^(api[-_]?key|key|(access|auth|bot)?[-_]?token|secret|signature|sig|auth|authorization|password)$/i;

/** Addresses with a secret in their path: Discord webhooks, Telegram bots, TheGraph's gateway. */
const SECRET_PATHS: readonly (readonly [RegExp, string])[] = [
  [/(\/webhooks\/\d+\/)[\w-]+/gi, `$1${HIDDEN}`],
  [/(\/bot)\d+:[\w-]+/gi, `$1${HIDDEN}`],
  [/(\/api\/)[\w-]{16,}(?=\/(subgraphs|deployments)\/)/gi, `$1${HIDDEN}`],
];

/** `user:password@` of an address. */
const USER_INFO = /(\w+:\/\/)[^/\s@]+@/g;
const QUERY_PAIR = /([?&])([^=&\s]+)=([^&\s#"']*)/g;

/**
 * `text` without secrets.
 * @param secrets values that are hidden wherever they stand, also percent-encoded; ones of fewer than four characters are left
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text.replace(USER_INFO, `$1${HIDDEN}@`);
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    for (const spelling of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]))
      clean = clean.replaceAll(spelling, HIDDEN);
  }
  for (const [pattern, replacement] of SECRET_PATHS) clean = clean.replace(pattern, replacement);
  return clean.replace(QUERY_PAIR, (pair, mark: string, name: string) =>
    SECRET_NAME.test(name) ? `${mark}${name}=${HIDDEN}` : pair,
  );
}
