import { hash } from 'node:crypto';
import { DrError, isDrError } from '../domain/errors.ts';
import type { SetId, TargetId } from '../domain/words.ts';
import { type Catalog, manifestKey, type Published } from './catalog.ts';
import type { DataKey } from './data-key.ts';
import type { Heads } from './heads.ts';
import type { Backend, Manifest } from './port.ts';
import { seal } from './seal.ts';
import type { Content } from './set-writer.ts';

/**
 * Publishes a set: seals its manifest, chained to the newest one, and keeps it create-only, then appends its head. Killed
 * between the two it leaves a set that counts; the next writer of the target appends the missing head first.
 * @throws DrError `already-exists` when a set of that id was published by someone else
 */
export const publishSet = async (
  parts: { backend: Backend; key: DataKey; heads: Heads; catalog: Catalog },
  target: TargetId,
  set: SetId,
  content: Content,
): Promise<Published> => {
  const { backend, key, heads, catalog } = parts;
  await headEvery(parts, target);
  const newest = (await heads.of(target)).heads.at(-1);
  const manifest: Manifest = {
    format: 1,
    set,
    target,
    ...content,
    finishedAt: new Date().toISOString(),
    key: key.id,
    previous: newest?.digest ?? null,
    sequence: newest === undefined ? 0 : newest.sequence + 1,
  };
  const at = manifestKey(target, set);
  const bytes = seal(key, at, manifest);
  if (!(await backend.create(at, bytes))) throw alreadyExists(target, set);
  const digest = hash('sha256', bytes);
  await heads.append(target, set, digest);
  return catalog.open(target, set);
};

export const alreadyExists = (target: TargetId, set: SetId): DrError =>
  new DrError(
    'already-exists',
    `set ${set} of ${target} was published before`,
    'open it instead: a set is never written twice',
  );

/** Appends the heads of sets whose writer died after publishing. A damaged manifest must not stop tonight's backup. */
const headEvery = async ({ heads, catalog }: { heads: Heads; catalog: Catalog }, target: TargetId): Promise<void> => {
  const known = new Set((await heads.of(target)).heads.map((head) => head.set));
  for (const set of await catalog.ids(target)) {
    if (known.has(set)) continue;
    try {
      await heads.append(target, set, (await catalog.open(target, set)).digest);
    } catch (error) {
      if (!isDrError(error) || error.kind !== 'damaged') throw error;
    }
  }
};
