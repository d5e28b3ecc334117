import { DrError } from '../domain/errors.ts';
import type { PlaceSpec, RunId } from '../domain/words.ts';
import { fromSegment, toSegment } from './key.ts';
import { type Keyring, vaultScope } from './keyring.ts';
import type { Backend, Vault } from './port.ts';
import { canonicalJson } from './seal.ts';

const prefixOf = (run: RunId, place: PlaceSpec): string => `places/${toSegment(run)}/${toSegment(place.id)}`;

/** What runs make and what became of it: `open.json` before a place is made, `closed.json` once it is taken care of. */
export const openPlaces = (backend: Backend, keyring: Keyring): Vault['places'] => ({
  register: async (run, place) => {
    const at = `${prefixOf(run, place)}/open.json`;
    if (await keyring.keep(vaultScope, at, { place })) return;
    const { place: found } = (await keyring.read(vaultScope, at)).body as { place: PlaceSpec };
    if (canonicalJson(found) === canonicalJson(place)) return;
    throw new DrError(
      'already-exists',
      `run ${run} registered ${place.id} before, as another place`,
      'a place id is used once in a run',
    );
  },
  close: async (run, place, how) => {
    await keyring.keep(vaultScope, `${prefixOf(run, place)}/closed.json`, { how });
  },
  leftovers: async (run) => {
    const open = new Map<string, string>();
    for await (const { key } of backend.list(run === undefined ? 'places' : `places/${toSegment(run)}`)) {
      const place = key.slice(0, key.lastIndexOf('/'));
      if (key.endsWith('/open.json')) open.set(place, key);
    }
    for await (const { key } of backend.list(run === undefined ? 'places' : `places/${toSegment(run)}`)) {
      if (key.endsWith('/closed.json')) open.delete(key.slice(0, key.lastIndexOf('/')));
    }
    const left: { run: RunId; place: PlaceSpec }[] = [];
    for (const key of open.values()) {
      const { place } = (await keyring.read(vaultScope, key)).body as { place: PlaceSpec };
      left.push({ run: fromSegment(key.split('/')[1]!), place });
    }
    return left;
  },
});
