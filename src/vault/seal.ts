import { createHmac, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import { DrError } from '../domain/errors.ts';
import type { DataKey } from './data-key.ts';

/**
 * A sealed document: canonical JSON (RFC 8785) and an HMAC-SHA256 over its place in the vault and its bytes, so that it
 * can be neither edited nor moved. `{"body":…,"key":"<data key id>","mac":"<hex>"}`, exactly in this form.
 */
const head = '{"body":';
const tailOf = (key: string, mac: string): string => `,"key":${JSON.stringify(key)},"mac":"${mac}"}`;

const macOf = (secret: Uint8Array, at: string, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`dr-runbooks sealed 1\n${at}\n`).update(body).digest();

export const canonicalJson = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new DrError('bad-input', 'nothing to keep: the value is undefined', 'give an object');
  return text;
};

/** @param at the key the document will be kept under */
export const seal = (key: DataKey, at: string, body: unknown): Uint8Array => {
  const bytes = Buffer.from(canonicalJson(body));
  return Buffer.concat([
    Buffer.from(head),
    bytes,
    Buffer.from(tailOf(key.id, macOf(key.seal, at, bytes).toString('hex'))),
  ]);
};

const damaged = (at: string, how: string): DrError =>
  new DrError('damaged', `${at} is ${how}`, 'get it back from the second vault or an older version of the bucket');

/** Id of the data key a sealed document names; nothing is authenticated yet. @throws DrError `damaged` */
export const sealedWith = (at: string, bytes: Uint8Array): { key: string; mac: string } => {
  const tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - 300))).toString('latin1');
  const found = /,"key":"([A-Za-z0-9-]{1,64})","mac":"([0-9a-f]{64})"\}$/.exec(tail);
  if (!found) throw damaged(at, 'truncated or edited: it does not end in a seal');
  return { key: found[1]!, mac: found[2]! };
};

/** Authenticates the bytes, then parses what was sealed. @throws DrError `damaged` */
export const unseal = (key: DataKey, at: string, bytes: Uint8Array): unknown => {
  const { mac } = sealedWith(at, bytes);
  const end = bytes.length - tailOf(key.id, mac).length;
  const body = bytes.subarray(head.length, Math.max(head.length, end));
  const hasForm = Buffer.from(bytes.subarray(0, head.length)).toString('latin1') === head;
  if (!hasForm || !timingSafeEqual(macOf(key.seal, at, body), Buffer.from(mac, 'hex'))) {
    throw damaged(at, 'not what was sealed: edited, or moved from another place');
  }
  return JSON.parse(Buffer.from(body).toString('utf8'));
};
