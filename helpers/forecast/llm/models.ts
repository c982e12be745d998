/** Language models as words of the command line: `openai:gpt-6-luna,in=1.25,out=10,until=2026-06-30`. */
import { envValue } from '../../run/env.ts';
import { InputError } from '../../run/errors.ts';
import type { Model } from './providers.ts';

/** Keys of the providers themselves; another address never gets them. */
const KEY_NAMES = { openai: 'OPENAI_API_KEY', anthropic: 'ANTHROPIC_API_KEY' } as const;
const WEIGHTS = { openai: 0.55, anthropic: 0.45 } as const;
const NAMES = ['in', 'out', 'weight', 'until', 'url', 'key'] as const;
const EXAMPLE = 'write openai:gpt-6-luna,in=1.25,out=10 with what a million tokens cost in USD';

function fault(word: string, what: string, hint = EXAMPLE): InputError {
  return new InputError('bad-option', `--llm ${word}: ${what}`, hint);
}

function numberOf(word: string, name: string, text: string | undefined): number {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value < 1e6)) throw fault(word, `${name}= must be a number of at least 0`);
  return value;
}

function dayOf(word: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw fault(word, `until=${text} is no day`, 'write until=2026-06-30');
  return ms;
}

/**
 * One model. Prices must be told, as the budget rests on them; `until` is the last day that it was trained on; `url` another server of the
 * same interface, which gets the key that `key` names in the environment, or none.
 * @throws InputError 'bad-option'
 */
export function parseModel(word: string): Model {
  const [head, ...rest] = word.split(',');
  const [, api, model] = /^(openai|anthropic):(.+)$/.exec(head) ?? [];
  if (model === undefined) throw fault(word, 'it begins with openai: or anthropic: and the name of a model');
  const told = new Map(rest.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  for (const name of told.keys())
    if (!NAMES.some((known) => known === name)) throw fault(word, `"${name}" is none of ${NAMES.join(', ')}`);
  const interfaceName = api as Model['api'];
  const [url, keyName, until] = [told.get('url'), told.get('key'), told.get('until')];
  const key = envValue(keyName ?? (url === undefined ? KEY_NAMES[interfaceName] : '')) ?? null;
  return {
    api: interfaceName,
    model,
    ...(url === undefined ? {} : { baseUrl: url }),
    // A server of one's own may want none.
    key: url !== undefined && keyName === undefined ? '' : key,
    weight: told.has('weight') ? numberOf(word, 'weight', told.get('weight')) : WEIGHTS[interfaceName],
    usdPerMillionIn: numberOf(word, 'in', told.get('in')),
    usdPerMillionOut: numberOf(word, 'out', told.get('out')),
    trainedUntilMs: until === undefined ? null : dayOf(word, until),
  };
}
