/** Which addresses may be talked to: encrypted ones, and this machine's own. */
import { envValue } from '../run/env.ts';
import { InputError } from '../run/errors.ts';
import { redact } from './redact.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Refuses addresses whose traffic others could read or answer.
 * @param scheme `http` for requests, `ws` for sockets
 * @throws InputError 'bad-option'
 */
export function checkAddress(name: string, address: string, scheme: 'http' | 'ws'): void {
  const shown = redact(address);
  const url = URL.canParse(address) ? new URL(address) : null;
  const isSecure = url?.protocol === `${scheme}s:`;
  if (url === null || !(isSecure || url.protocol === `${scheme}:`))
    throw new InputError('bad-option', `${name}: ${shown} is not a web address`, `write ${scheme}s://host/path`);
  if (!isSecure && !LOOPBACK.test(url.hostname))
    throw new InputError(
      'bad-option',
      `${name}: ${shown} is not encrypted`,
      `write ${scheme}s://; ${scheme} is for this machine`,
    );
  if (isSecure && envValue('NODE_TLS_REJECT_UNAUTHORIZED') === '0')
    throw new InputError(
      'bad-option',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off',
      'unset it; NODE_EXTRA_CA_CERTS names a file with a certificate of your own',
    );
}
