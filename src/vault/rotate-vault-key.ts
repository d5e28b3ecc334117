import { isWrappedBy, type VaultKey, wrap } from './data-key.ts';
import { padded } from './key.ts';
import { secretOf, versionsOf } from './keyring.ts';
import type { Backend } from './port.ts';

/**
 * Wraps every data key again, with a new vault key, as a new version beside the old one. Chunks and manifests are not
 * touched. Idempotent: a key that the new one opens already is left alone; killed half-way, both vault keys are needed
 * until it has run to its end. The old versions stay until someone with the right to delete removes them.
 * @returns how many data keys were wrapped again, and how many there are
 * @throws DrError `wrong-key` (the old key), `damaged`, `unreachable`, `no-space`
 */
export const rotateVaultKey = async (
  backend: Backend,
  from: VaultKey,
  to: VaultKey,
): Promise<{ rewrapped: number; keys: number }> => {
  const ids = new Set<string>();
  for await (const { key } of backend.list('keys')) ids.add(key.split('/').slice(1, 3).join('/'));
  let rewrapped = 0;
  for (const name of ids) {
    const [scope, id] = name.split('/') as [string, string];
    const versions = await versionsOf(backend, scope, id);
    if (versions.some(({ kept }) => isWrappedBy(to, kept))) continue;
    const body = wrap(to, scope, id, await secretOf(backend, from, scope, id));
    let version = versions.length + 1;
    while (!(await backend.create(`keys/${scope}/${id}/${padded(version)}.json`, body))) version += 1;
    rewrapped += 1;
  }
  return { rewrapped, keys: ids.size };
};
