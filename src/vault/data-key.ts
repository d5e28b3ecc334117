import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { DrError } from '../domain/errors.ts';
import { canonicalJson } from './seal.ts';

/** What a target's data key is used for, each purpose with a key of its own (HKDF-SHA256, RFC 5869). */
export interface DataKey {
  id: string;
  /** Encrypts chunks. */
  chunk: Uint8Array;
  /** Names chunks. */
  name: Uint8Array;
  /** Seals manifests and records. */
  seal: Uint8Array;
}

/** The key that wraps data keys: 32 bytes from the estate, and the name that says which one it is. */
export interface VaultKey {
  name: string;
  bytes: Uint8Array;
}

/** A data key as it is kept. `check` tells a wrong vault key from damage; `sum` is over everything else. */
export interface Wrapped {
  format: 1;
  target: string;
  id: string;
  wrappedBy: string;
  check: string;
  nonce: string;
  wrapped: string;
  sum: string;
}

const derive = (secret: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `dr-runbooks ${purpose} 1`, 32));

/**
 * The vault key as it is written in a secret: 32 bytes in hexadecimal or base64.
 * @throws DrError `bad-input`
 */
export const parseVaultKey = (text: string): Uint8Array => {
  const trimmed = text.trim();
  const bytes = /^[0-9a-fA-F]{64}$/.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  if (bytes.length !== 32) {
    throw new DrError(
      'bad-input',
      `the vault key must be 32 bytes, found ${bytes.length}`,
      'make one with: openssl rand -hex 32',
    );
  }
  return bytes;
};

export const dataKeyOf = (id: string, secret: Uint8Array): DataKey => ({
  id,
  chunk: derive(secret, 'chunk'),
  name: derive(secret, 'name'),
  seal: derive(secret, 'seal'),
});

const checkOf = (key: VaultKey): string =>
  createHmac('sha256', key.bytes).update('dr-runbooks vault key check 1').digest('hex').slice(0, 32);

const boundTo = (target: string, id: string): Buffer => Buffer.from(`dr-runbooks data key 1\n${target}\n${id}`);
const sumOf = (rest: Omit<Wrapped, 'sum'>): string => createHash('sha256').update(canonicalJson(rest)).digest('hex');

/** Wraps a data key with AES-256-GCM, bound to its target and id. */
export const wrap = (key: VaultKey, target: string, id: string, secret: Uint8Array): Uint8Array => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive(key.bytes, 'wrap'), nonce).setAAD(boundTo(target, id));
  const wrapped = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  const rest: Omit<Wrapped, 'sum'> = {
    format: 1,
    target,
    id,
    wrappedBy: key.name,
    check: checkOf(key),
    nonce: nonce.toString('hex'),
    wrapped: wrapped.toString('hex'),
  };
  return Buffer.from(canonicalJson({ ...rest, sum: sumOf(rest) }));
};

/** Parses a wrapped key and checks that it is whole; null when it is damaged. */
export const parseWrapped = (bytes: Uint8Array): Wrapped | null => {
  try {
    const { sum, ...rest } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Wrapped;
    return sumOf(rest) === sum ? { ...rest, sum } : null;
  } catch {
    return null;
  }
};

export const isWrappedBy = (key: VaultKey, kept: Wrapped): boolean => kept.check === checkOf(key);

/** @throws when the wrapped key was forged */
export const unwrap = (key: VaultKey, kept: Wrapped): Uint8Array => {
  const wrapped = Buffer.from(kept.wrapped, 'hex');
  const decipher = createDecipheriv('aes-256-gcm', derive(key.bytes, 'wrap'), Buffer.from(kept.nonce, 'hex'))
    .setAAD(boundTo(kept.target, kept.id))
    .setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(0, -16)), decipher.final()]);
};
