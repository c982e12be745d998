/** How requests to Kalshi are signed: RSA-PSS with SHA-256 and a salt of 32 bytes, over time, method and path without query. */
import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { InputError } from '../../../run/errors.ts';

export interface KalshiKey {
  /** The key's id, which is sent with each request. */
  readonly id: string;
  readonly privateKey: KeyObject;
}

/**
 * A key from its id and its private half in PEM.
 * @throws InputError 'bad-value' when the text is no RSA key; the text itself is not shown
 */
export function kalshiKey(id: string, pem: string): KalshiKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === 'rsa') return { id, privateKey };
  } catch {
    // The reason would show a part of the key.
  }
  throw new InputError('bad-value', 'the private key for Kalshi is no RSA key', 'give the PEM file that Kalshi made');
}

/**
 * The three headers of one request or WebSocket handshake. They hold the time, so each attempt needs its own.
 * @param path from the root of the host, `/trade-api/v2/…`, without the query
 */
export function signedHeaders(key: KalshiKey, nowMs: number, method: string, path: string): Record<string, string> {
  const timestamp = String(Math.round(nowMs));
  const signature = sign('sha256', Buffer.from(timestamp + method + path), {
    key: key.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return {
    'KALSHI-ACCESS-KEY': key.id,
    'KALSHI-ACCESS-TIMESTAMP': timestamp,
    'KALSHI-ACCESS-SIGNATURE': signature.toString('base64'),
  };
}
