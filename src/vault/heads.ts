import pLimit from 'p-limit';
import { type DrError, isDrError } from '../domain/errors.ts';
import type { Digest, Instant, SetId, TargetId } from '../domain/words.ts';
import { padded } from './key.ts';
import type { Keyring } from './keyring.ts';
import type { Backend } from './port.ts';

/** One published set, in the order of publishing: what makes the loss of the newest manifest show. */
export interface Head {
  target: TargetId;
  sequence: number;
  set: SetId;
  digest: Digest;
  at: Instant;
}

/** The sealed, create-only records of what was published, numbered without gaps. */
export interface Heads {
  /**
   * In the order of publishing. `missing` is the first number that is gone: below the newest one, or one that this
   * process has seen before. Null when none is.
   * @throws DrError `damaged` for the first record that is
   */
  of(target: TargetId): Promise<{ heads: readonly Head[]; missing: number | null }>;
  /**
   * The record of one set; undefined when it has none. A record that is damaged says nothing, as one that is gone: it must
   * not keep other sets from being opened.
   */
  find(target: TargetId, set: SetId): Promise<Head | undefined>;
  /** Appends a record for the set, unless it has one. */
  append(target: TargetId, set: SetId, digest: Digest): Promise<void>;
}

const requestsAtOnce = 16;
const headKey = (target: TargetId, sequence: number): string => `audit/heads/${target}/${padded(sequence)}.json`;

export const openHeads = (backend: Backend, keyring: Keyring): Heads => {
  /** By key. Sealed and create-only: once read, true for ever. */
  const seen = new Map<TargetId, Map<string, Head>>();

  const read = async (
    target: TargetId,
  ): Promise<{ heads: readonly Head[]; missing: number | null; damaged: DrError | null }> => {
    const known = seen.get(target) ?? new Map<string, Head>();
    seen.set(target, known);
    const listed = new Set<string>();
    for await (const { key } of backend.list(`audit/heads/${target}`)) listed.add(key);
    const fresh = [...listed].filter((key) => !known.has(key));
    let damaged: DrError | null = null;
    await pLimit(requestsAtOnce).map(fresh, async (key) => {
      try {
        known.set(key, (await keyring.read(target, key)).body as Head);
      } catch (error) {
        if (!isDrError(error) || error.kind !== 'damaged') throw error;
        damaged ??= error;
      }
    });
    const expected = new Set([...listed, ...known.keys()]).size;
    const missing = Array.from({ length: expected }, (_, at) => at).find((at) => !listed.has(headKey(target, at)));
    const heads = [...listed].flatMap((key) => known.get(key) ?? []);
    return { heads, missing: missing ?? null, damaged };
  };

  const of: Heads['of'] = async (target) => {
    const { damaged, ...found } = await read(target);
    if (damaged !== null) throw damaged;
    return found;
  };

  return {
    of,
    find: async (target, set) => (await read(target)).heads.find((one) => one.set === set),
    append: async (target, set, digest) => {
      for (;;) {
        const { heads } = await of(target);
        if (heads.some((head) => head.set === set && head.digest === digest)) return;
        const sequence = (heads.at(-1)?.sequence ?? -1) + 1;
        const head: Head = { target, sequence, set, digest, at: new Date().toISOString() };
        if (await keyring.keep(target, headKey(target, sequence), head)) return;
      }
    },
  };
};
