/** Faults that a double can be told to answer with, as the services of the facts do on bad days. */
import type { ServerResponse } from 'node:http';
import type { Random } from '../kernels/random.ts';
import { nowMs } from '../run/clock.ts';

/** Ways to answer that are no answer. */
const FAULTS = {
  '429 seconds': (response) => refuse(response, { 'retry-after': '1' }),
  '429 date': (response) => refuse(response, { 'retry-after': new Date(nowMs() + 1000).toUTCString() }),
  '429 bare': (response) => refuse(response, {}),
  '500 text': (response) => write(response, 500, 'text/plain', 'upstream connect error'),
  '502 page': (response) => write(response, 502, 'text/html', PAGE),
  '200 page': (response) => write(response, 200, 'text/html; charset=utf-8', PAGE),
  'reset before': (response) => void response.destroy(),
} satisfies Record<string, (response: ServerResponse) => void>;

/** Ways to spoil an answer that is a good one. */
const SPOILED = {
  'cut body': (response, body) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) });
    response.write(body.slice(0, Math.floor(body.length / 2)));
    setTimeout(() => response.destroy(), 2);
  },
  'slow bytes': (response, body) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const third = Math.ceil(body.length / 3);
    response.write(body.slice(0, third));
    setTimeout(() => response.write(body.slice(third, 2 * third)), 30);
    setTimeout(() => response.end(body.slice(2 * third)), 60);
  },
  'graphql errors': (response, body) => {
    const part = JSON.stringify({ ...JSON.parse(body), errors: [{ message: 'bad indexers: {0x1: Timeout}' }] });
    write(response, 200, 'application/json', part);
  },
} satisfies Record<string, (response: ServerResponse, body: string) => void>;

/** The connection stays open and nothing comes, until whoever waits gives up. */
const SILENT = 'no answer';

export type Fault = keyof typeof FAULTS | keyof typeof SPOILED | typeof SILENT;

/** @public Tests alone make the doubles fail in every way at once. */
export const HTTP_FAULTS = [
  ...(Object.keys(FAULTS) as (keyof typeof FAULTS)[]),
  'cut body',
  'slow bytes',
] as const satisfies readonly Fault[];

/** Which faults, how often, in which order. */
export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Share of requests that meet one, 0..1. */
  readonly share: number;
  readonly random: Random;
}

const PAGE = '<!DOCTYPE html><html><title>Just a moment...</title><body>checking your browser</body></html>';

function write(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function refuse(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(429, { 'content-type': 'application/json', ...headers });
  response.end('{"error":"too many requests"}');
}

/** The fault that the next request meets, or null. */
export function drawFault({ faults, share, random }: FaultPlan): Fault | null {
  if (faults.length === 0 || random.uniform() >= share) return null;
  return faults[random.integer(faults.length)];
}

/**
 * Answers with a fault.
 * @param body what the good answer would have been
 */
export function sendFault(fault: Fault, response: ServerResponse, body: string): void {
  if (fault === SILENT) return;
  if (fault in SPOILED) SPOILED[fault as keyof typeof SPOILED](response, body);
  else FAULTS[fault as keyof typeof FAULTS](response);
}
