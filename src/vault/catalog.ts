import { hash } from 'node:crypto';
import { DrError, isDrError } from '../domain/errors.ts';
import type { Digest, SetId, TargetId } from '../domain/words.ts';
import type { Heads } from './heads.ts';
import type { Keyring } from './keyring.ts';
import type { Backend, Manifest, SetSummary } from './port.ts';

const rememberedSets = 2_000;

export const manifestKey = (target: TargetId, set: SetId): string => `sets/${target}/${set}.json`;

/** A manifest that has been authenticated, and the SHA-256 of its bytes. */
export interface Published {
  manifest: Manifest;
  digest: Digest;
}

/** The published sets: the listing of manifests, held against the chain and the heads. */
export interface Catalog {
  /** Ids of the target's manifests, oldest first. Nothing is authenticated. */
  ids(target: TargetId): Promise<SetId[]>;
  /** @throws DrError `unknown-name`, `damaged`, `rolled-back`, `wrong-key` */
  open(target: TargetId, set: SetId): Promise<Published>;
  /** @throws DrError `damaged`, `rolled-back`, `wrong-key` */
  sets(target: TargetId): Promise<readonly SetSummary[]>;
  /** Names of every chunk that a set of the target names. @throws as `sets`: a set that is gone may have named more */
  chunkNames(target: TargetId): Promise<ReadonlySet<Digest>>;
}

const summaryOf = ({ manifest, digest }: Published): SetSummary => {
  const { streams, ...rest } = manifest;
  const stored = new Map<Digest, number>();
  let bytes = 0;
  for (const stream of Object.values(streams)) {
    bytes += stream.bytes;
    for (const chunk of stream.chunks) stored.set(chunk.name, chunk.storedBytes);
  }
  return { manifest: rest, digest, bytes, storedBytes: stored.values().reduce((sum, one) => sum + one, 0) };
};

/** Ids begin with their second; within one second the order of publishing decides. */
const inTimeOrder = (a: SetSummary, b: SetSummary): number => {
  const second = (one: SetSummary): string => one.manifest.set.split('-')[0]!;
  if (second(a) !== second(b)) return second(a) < second(b) ? -1 : 1;
  return a.manifest.sequence - b.manifest.sequence;
};

export const openCatalog = (backend: Backend, keyring: Keyring, heads: Heads): Catalog => {
  /** Summaries by what the listing says of their manifest: another size or time is read again. */
  const remembered = new Map<string, SetSummary>();

  const rolledBack = (says: string): DrError =>
    new DrError(
      'rolled-back',
      `${backend.says}: ${says}`,
      'someone removed or replaced it; single sets still open by their id. Compare with the second vault',
    );

  const read = async (target: TargetId, set: SetId): Promise<Published> => {
    const { body, bytes } = await keyring.read(target, manifestKey(target, set));
    const manifest = body as Manifest;
    if (manifest.format !== 1) {
      throw new DrError(
        'not-supported',
        `set ${set} has format ${manifest.format}, this version reads 1`,
        'use the version of dr that made it, or a newer one',
      );
    }
    return { manifest, digest: hash('sha256', bytes) };
  };

  const list = async (target: TargetId): Promise<{ set: SetId; stamp: string }[]> => {
    const found: { set: SetId; stamp: string }[] = [];
    for await (const { key, bytes, changedAt } of backend.list(`sets/${target}`)) {
      const set = /([^/]+)\.json$/.exec(key)?.[1];
      if (set !== undefined) found.push({ set, stamp: `${key} ${bytes} ${changedAt}` });
    }
    return found;
  };

  const summarise = async (target: TargetId, { set, stamp }: { set: SetId; stamp: string }): Promise<SetSummary> => {
    const known = remembered.get(stamp);
    if (known) return known;
    const summary = summaryOf(await read(target, set));
    if (remembered.size >= rememberedSets) remembered.clear();
    remembered.set(stamp, summary);
    return summary;
  };

  const sets: Catalog['sets'] = async (target) => {
    // Heads first: a set published while this reads may then lack a head, but no head lacks its set.
    const { heads: published, missing } = await heads.of(target);
    const summaries: SetSummary[] = [];
    for (const one of await list(target)) summaries.push(await summarise(target, one));
    if (missing !== null) throw rolledBack(`record ${missing} of the published sets of ${target} is gone`);
    const digests = new Map(summaries.map((one) => [one.digest, one.manifest.set]));
    for (const head of published) {
      if (digests.get(head.digest) !== head.set) {
        throw rolledBack(`set ${head.set} of ${target}, published as number ${head.sequence}, is gone or replaced`);
      }
    }
    for (const { manifest } of summaries) {
      if (manifest.previous !== null && !digests.has(manifest.previous)) {
        throw rolledBack(`the set before ${manifest.set} of ${target} is gone`);
      }
    }
    return summaries.sort(inTimeOrder);
  };

  return {
    ids: async (target) => (await list(target)).map(({ set }) => set),

    open: async (target, set) => {
      const head = (await heads.of(target)).heads.find((one) => one.set === set);
      let published: Published;
      try {
        published = await read(target, set);
      } catch (error) {
        if (!isDrError(error) || error.kind !== 'missing') throw error;
        if (head) throw rolledBack(`the manifest of set ${set} of ${target} is gone`);
        const ids = (await list(target)).map((one) => one.set);
        const newest = ids.slice(-5).reverse().join(', ') || 'none';
        throw new DrError('unknown-name', `${target} has no backup set "${set}"`, `its newest sets: ${newest}`);
      }
      if (head && head.digest !== published.digest) {
        throw rolledBack(`the manifest of set ${set} of ${target} is not the one that was published`);
      }
      return published;
    },

    sets,

    chunkNames: async (target) => {
      const names = new Set<Digest>();
      for (const { manifest } of await sets(target)) {
        const { streams } = (await read(target, manifest.set)).manifest;
        for (const stream of Object.values(streams)) for (const chunk of stream.chunks) names.add(chunk.name);
      }
      return names;
    },
  };
};
