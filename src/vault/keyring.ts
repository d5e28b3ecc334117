import { randomBytes } from 'node:crypto';
import { DrError, isDrError } from '../domain/errors.ts';
import {
  type DataKey,
  dataKeyOf,
  isWrappedBy,
  parseWrapped,
  unwrap,
  type VaultKey,
  type Wrapped,
  wrap,
} from './data-key.ts';
import { padded, segmentsOf } from './key.ts';
import type { Backend } from './port.ts';
import { seal, sealedWith, unseal } from './seal.ts';

/** Owns what belongs to no target: one-time marks, places, sweeps. No target can be called so. */
export const vaultScope = '_vault';
const firstId = '1';

/**
 * The data keys of a vault, one per target, made at first use and kept under `keys/<target>/<id>/<version>.json`, each
 * version wrapped by one vault key. Versions are create-only, so that two first writers end with the same key.
 */
export interface Keyring {
  /** The key new objects of the target use; null when the target has none yet. */
  current(scope: string): Promise<DataKey | null>;
  /** As `current`; makes the key when there is none. */
  ensure(scope: string): Promise<DataKey>;
  /** @throws DrError `wrong-key`, `damaged`, `missing` */
  byId(scope: string, id: string): Promise<DataKey>;
  /** Seals a document and keeps it, create-only. */
  keep(scope: string, at: string, body: unknown): Promise<boolean>;
  /** Reads and authenticates a document. @throws DrError `missing`, `damaged`, `wrong-key` */
  read(scope: string, at: string): Promise<{ body: unknown; bytes: Uint8Array }>;
}

const damagedKey = (at: string): DrError =>
  new DrError('damaged', `the wrapped data key ${at} is damaged`, 'get it back from the second vault or your escrow');

/** Every version of a data key that is whole, newest first, with where it is. @throws DrError `damaged` when none is */
export const versionsOf = async (
  backend: Backend,
  scope: string,
  id: string,
): Promise<{ at: string; kept: Wrapped }[]> => {
  const found: { at: string; kept: Wrapped }[] = [];
  let newest: string | null = null;
  for await (const { key: at } of backend.list(`keys/${scope}/${id}`)) {
    newest = at;
    const kept = parseWrapped(await backend.get(at));
    if (kept && kept.target === scope && kept.id === id) found.unshift({ at, kept });
  }
  if (newest !== null && found.length === 0) throw damagedKey(newest);
  return found;
};

/** Unwraps the newest version that this vault key wrapped. @throws DrError `wrong-key`, `damaged`, `missing` */
export const secretOf = async (backend: Backend, key: VaultKey, scope: string, id: string): Promise<Uint8Array> => {
  const versions = await versionsOf(backend, scope, id);
  if (versions.length === 0) {
    throw new DrError('missing', `data key ${id} of ${scope} is gone`, 'get keys/ back from the second vault');
  }
  const mine = versions.find(({ kept }) => isWrappedBy(key, kept));
  if (!mine) {
    const names = [...new Set(versions.map(({ kept }) => `"${kept.wrappedBy}"`))].join(', ');
    throw new DrError(
      'wrong-key',
      `data key ${id} of ${scope} was wrapped by vault key ${names}; the key given as "${key.name}" does not open it`,
      'give the vault key of that name, from the secret store or from escrow',
    );
  }
  try {
    return unwrap(key, mine.kept);
  } catch {
    throw damagedKey(mine.at);
  }
};

export const openKeyring = (backend: Backend, key: VaultKey): Keyring => {
  const opened = new Map<string, Promise<DataKey>>();
  const open = (scope: string, id: string): Promise<DataKey> => {
    const name = `${scope}/${id}`;
    const known = opened.get(name);
    if (known) return known;
    const fresh = secretOf(backend, key, scope, id).then((secret) => dataKeyOf(id, secret));
    opened.set(name, fresh);
    fresh.catch(() => opened.delete(name));
    return fresh;
  };

  const current: Keyring['current'] = async (scope) => {
    if (opened.has(`${scope}/${firstId}`)) return open(scope, firstId);
    for await (const _ of backend.list(`keys/${scope}/${firstId}`)) return open(scope, firstId);
    return null;
  };

  const ensure: Keyring['ensure'] = async (scope) => {
    const known = await current(scope);
    if (known) return known;
    const at = `keys/${scope}/${firstId}/${padded(1)}.json`;
    await backend.create(at, wrap(key, scope, firstId, randomBytes(32)));
    return open(scope, firstId);
  };

  return {
    current,
    ensure,
    byId: open,
    keep: async (scope, at, body) => {
      segmentsOf(at);
      return backend.create(at, seal(await ensure(scope), at, body));
    },
    read: async (scope, at) => {
      const bytes = await backend.get(at);
      const { key: id } = sealedWith(at, bytes);
      const key = await open(scope, id).catch((error) => {
        if (!isDrError(error) || error.kind !== 'missing') throw error;
        throw new DrError('damaged', `${at} names data key ${id}, which is not in the vault`, error.hint);
      });
      return { body: unseal(key, at, bytes), bytes };
    },
  };
};
