import { hash } from 'node:crypto';
import { DrError, isDrError } from '../domain/errors.ts';
import type { Digest, SetId, TargetId } from '../domain/words.ts';
import { brokenLinks } from './chain.ts';
import type { Heads } from './heads.ts';
import type { Keyring } from './keyring.ts';
import type { Backend, Manifest, SetSummary } from './port.ts';
import { slots } from './slots.ts';

const rememberedSummaries = 2_000;
const rememberedManifests = 4;
/** Bytes of manifests read at once: many small ones, or one that is large. */
const readingBytes = 4 * 1024 * 1024;
const namedSets = 5;

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
  /** Needs no other set of the target. @throws DrError `unknown-name`, `damaged`, `rolled-back`, `wrong-key` */
  open(target: TargetId, set: SetId): Promise<Published>;
  /** @throws DrError `damaged`, `rolled-back`, `wrong-key`, naming the sets that open all the same */
  sets(target: TargetId): Promise<readonly SetSummary[]>;
  /** Names of every chunk that a set of the target names. @throws as `sets`: a set that is gone may have named more */
  chunkNames(target: TargetId): Promise<ReadonlySet<Digest>>;
}

interface Listed {
  set: SetId;
  bytes: number;
  /** Changes when the object does. */
  stamp: string;
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

const newestOf = (ids: readonly SetId[]): string => ids.slice(-namedSets).reverse().join(', ') || 'none';

export const openCatalog = (backend: Backend, keyring: Keyring, heads: Heads): Catalog => {
  const summaries = new Map<string, SetSummary>();
  /** Every step of a restore opens the same set: it is read again only when the object has changed or gone. */
  const manifests = new Map<string, Published>();

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

  const list = async (target: TargetId): Promise<Listed[]> => {
    const found: Listed[] = [];
    for await (const { key, bytes, changedAt } of backend.list(`sets/${target}`)) {
      const set = /([^/]+)\.json$/.exec(key)?.[1];
      if (set !== undefined) found.push({ set, bytes, stamp: `${key} ${bytes} ${changedAt}` });
    }
    return found;
  };

  const summarise = async (target: TargetId, { set, stamp }: Listed): Promise<SetSummary> => {
    const known = summaries.get(stamp);
    if (known) return known;
    const summary = summaryOf(await read(target, set));
    if (summaries.size >= rememberedSummaries) summaries.clear();
    summaries.set(stamp, summary);
    return summary;
  };

  const open: Catalog['open'] = async (target, set) => {
    const rolledBack = (how: string): DrError =>
      new DrError(
        'rolled-back',
        `${backend.says}: the manifest of set ${set} of ${target} is ${how}`,
        'someone removed or replaced it: compare with the second vault',
      );
    const head = await heads.find(target, set);
    const at = manifestKey(target, set);
    const there = await backend.head(at);
    if (there === null && head) throw rolledBack('gone');
    if (there === null) {
      const hint = `its newest sets: ${newestOf((await list(target)).map((one) => one.set))}`;
      throw new DrError('unknown-name', `${target} has no backup set "${set}"`, hint);
    }
    const stamp = `${at} ${there.bytes} ${there.changedAt}`;
    const known = manifests.get(stamp);
    if (known) return known;
    const published = await read(target, set);
    if (head && head.digest !== published.digest) throw rolledBack('not the one that was published');
    if (manifests.size >= rememberedManifests) manifests.delete(manifests.keys().next().value!);
    manifests.set(stamp, published);
    return published;
  };

  const sets: Catalog['sets'] = async (target) => {
    const { signal } = new AbortController();
    const budget = slots(readingBytes);
    // Heads first: a set published while this reads may then lack a head, but no head lacks its set.
    const { heads: published, missing } = await heads.of(target);
    const problems: DrError[] = [];
    const intact: SetSummary[] = [];
    const one = async (listed: Listed): Promise<void> => {
      await budget.take(signal, listed.bytes);
      try {
        intact.push(await summarise(target, listed));
      } catch (error) {
        if (!isDrError(error) || !error.isPermanent) throw error;
        problems.push(error);
      } finally {
        budget.give(listed.bytes);
      }
    };
    await Promise.all((await list(target)).map(one));
    intact.sort(inTimeOrder);
    problems.push(...brokenLinks(backend.says, target, published, missing, intact));
    if (problems[0] === undefined) return intact;
    const { kind, message, hint } = problems[0];
    const more = problems.length === 1 ? '' : `; and ${problems.length - 1} more like this`;
    const open = newestOf(intact.map(({ manifest }) => manifest.set));
    throw new DrError(kind, `${message}${more}`, `${hint}. Sets of ${target} that still open by their id: ${open}`);
  };

  return {
    ids: async (target) => (await list(target)).map(({ set }) => set),
    open,
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
