import pLimit from 'p-limit';
import type { SetId, TargetId } from '../domain/words.ts';
import type { Catalog } from './catalog.ts';
import type { Backend, Vault } from './port.ts';
import type { Writing } from './writing.ts';

/** How long a sweep announces itself for. It removes during the first half only, so that clocks may differ by the other. */
const announcedMs = 5 * 60_000;
const requestsAtOnce = 16;

interface Orphan {
  key: string;
  bytes: number;
}

/**
 * Removes chunks that no manifest names and that are older than the grace period. A target with a backup under way is
 * left alone; one whose chain of sets is broken is an error, since nobody can say what a lost manifest named. Killed
 * half-way it has removed only such chunks.
 */
export const openSweep = (backend: Backend, catalog: Catalog, writing: Writing): Vault['sweep'] => {
  const targets = async (): Promise<Set<TargetId>> => {
    const found = new Set<TargetId>();
    for await (const { key } of backend.list('chunks')) found.add(key.split('/')[1]!);
    return found;
  };

  return async ({ graceMs, remove, now }) => {
    const before = new Date(Date.parse(now) - graceMs).toISOString();
    const total = { chunks: 0, bytes: 0 };
    const count = ({ bytes }: Orphan): void => {
      total.chunks += 1;
      total.bytes += bytes;
    };

    /** Ids first, then backups, then names: a set published in between is either named or still under way. */
    const isIdle = async (target: TargetId, published: ReadonlySet<SetId>): Promise<boolean> =>
      (await writing.underWay(target, published, graceMs, now)).length === 0;

    const orphansOf = async (target: TargetId): Promise<Orphan[]> => {
      if (!(await isIdle(target, new Set(await catalog.ids(target))))) return [];
      const names = await catalog.chunkNames(target);
      const orphans: Orphan[] = [];
      for await (const { key, bytes, changedAt } of backend.list(`chunks/${target}`)) {
        if (changedAt < before && !names.has(key.slice(key.lastIndexOf('/') + 1))) orphans.push({ key, bytes });
      }
      return orphans;
    };

    /** Removes what time allows under one announcement. @returns what is left to remove */
    const removeSome = async (target: TargetId, orphans: readonly Orphan[]): Promise<Orphan[]> => {
      const until = Date.now() + announcedMs;
      const takeBack = await writing.sweeping(target, new Date(until).toISOString());
      try {
        const published = new Set(await catalog.ids(target));
        if (!(await isIdle(target, published))) return [];
        for await (const key of writing.finished(target, published, graceMs, now)) await backend.remove(key);
        const names = await catalog.chunkNames(target);
        const left: Orphan[] = [];
        await pLimit(requestsAtOnce).map(orphans, async (orphan) => {
          if (names.has(orphan.key.slice(orphan.key.lastIndexOf('/') + 1))) return;
          if (Date.now() > until - announcedMs / 2) return left.push(orphan);
          await backend.remove(orphan.key);
          count(orphan);
        });
        return left;
      } finally {
        await takeBack();
      }
    };

    for (const target of await targets()) {
      let orphans = await orphansOf(target);
      if (!remove) {
        orphans.forEach(count);
        continue;
      }
      do {
        orphans = await removeSome(target, orphans);
      } while (orphans.length > 0);
    }
    return total;
  };
};
