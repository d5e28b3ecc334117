import { createHmac, randomBytes } from 'node:crypto';
import { DrError, isDrError } from '../domain/errors.ts';
import type { SetId, TargetId } from '../domain/words.ts';
import { openBindings } from './bindings.ts';
import { openCanaries } from './canary-ledger.ts';
import { openCatalog, type Published } from './catalog.ts';
import { checkSetId, checkTargetId } from './check-ids.ts';
import { chunkKeeper } from './chunk-keeper.ts';
import type { VaultKey } from './data-key.ts';
import { openHeads } from './heads.ts';
import { openKeyring, vaultScope } from './keyring.ts';
import { openLeases } from './leases.ts';
import { openPlaces } from './place-registry.ts';
import type { Backend, ChunkRef, SetReader, Vault } from './port.ts';
import { presentChunks } from './present-chunks.ts';
import { alreadyExists, publishSet } from './publish.ts';
import { openRuns } from './run-evidence.ts';
import { setReader } from './set-reader.ts';
import { setWriter } from './set-writer.ts';
import { openSweep } from './sweep.ts';
import { openWriting } from './writing.ts';

const probe = async (backend: Backend): Promise<void> => {
  const at = `audit/probes/${randomBytes(8).toString('hex')}`;
  const body = randomBytes(64);
  const isNew = await backend.create(at, body);
  const isSame = Buffer.compare(await backend.get(at), body) === 0;
  const isReplaced = await backend.create(at, randomBytes(64));
  await backend.remove(at).catch(() => {});
  if (!isNew || !isSame) {
    throw new DrError('damaged', `${backend.says} does not give back what was written`, 'use another storage server');
  }
  if (isReplaced) {
    throw new DrError(
      'not-supported',
      `${backend.says} overwrites objects although told not to (If-None-Match)`,
      'use a storage server with conditional writes: a vault is never overwritten',
    );
  }
};

/**
 * Opens a vault, and makes its first key when it is new. Cheap: two requests.
 * @throws DrError `wrong-key`, `unreachable`, `no-permission`
 */
export const openVault = async (backend: Backend, key: VaultKey): Promise<Vault> => {
  const keyring = openKeyring(backend, key);
  const own = await keyring.ensure(vaultScope);
  const heads = openHeads(backend, keyring);
  const catalog = openCatalog(backend, keyring, heads);
  const writing = openWriting(backend, keyring);

  const reader = async (published: Published, work: { signal: AbortSignal; parallel: number }): Promise<SetReader> => {
    const { target, key: id } = published.manifest;
    return setReader(backend, await keyring.byId(target, id), published, work);
  };

  /**
   * Chunks of the newest set that are in the vault: most of tonight's data is last night's. A set that does not open
   * costs only time.
   */
  const knownChunks = async (target: TargetId): Promise<Map<string, ChunkRef>> => {
    const newest = (await catalog.ids(target)).at(-1);
    const known = new Map<string, ChunkRef>();
    if (newest === undefined) return known;
    try {
      const { manifest } = await catalog.open(target, newest);
      for (const stream of Object.values(manifest.streams)) {
        for (const chunk of stream.chunks) known.set(chunk.name, chunk);
      }
    } catch (error) {
      if (!isDrError(error) || !error.isPermanent) throw error;
    }
    return presentChunks(backend, target, known);
  };

  const write = async (target: TargetId, set: SetId, work: { signal: AbortSignal; parallel: number }) => {
    checkTargetId(target);
    checkSetId(set);
    if ((await catalog.ids(target)).includes(set)) throw alreadyExists(target, set);
    const dataKey = await keyring.ensure(target);
    const announcement = await writing.begin(target, set);
    const known = await knownChunks(target);
    const keeper = chunkKeeper({ backend, key: dataKey, target, ...work, known });
    return setWriter(keeper, work.signal, async (content) => {
      await writing.confirm(announcement);
      return reader(await publishSet({ backend, key: dataKey, heads, catalog }, target, set, content), work);
    });
  };

  return {
    says: backend.says,
    checkWritable: () => probe(backend),
    write,
    open: async (target, set, work) => {
      checkTargetId(target);
      checkSetId(set);
      return reader(await catalog.open(target, set), work);
    },
    sets: catalog.sets,
    bindings: openBindings(backend, keyring),
    leases: openLeases(backend, keyring),
    canaries: openCanaries(backend, keyring),
    places: openPlaces(backend, keyring),
    runs: openRuns(backend),
    once: (what) => {
      const name = createHmac('sha256', own.name).update(what).digest('hex');
      return keyring.keep(vaultScope, `audit/once/${name.slice(0, 2)}/${name}.json`, {
        mark: randomBytes(16).toString('hex'),
      });
    },
    sweep: openSweep(backend, catalog, writing),
  };
};
