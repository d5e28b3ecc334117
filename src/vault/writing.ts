import { randomBytes } from 'node:crypto';
import { DrError } from '../domain/errors.ts';
import type { Instant, SetId, TargetId } from '../domain/words.ts';
import type { Keyring } from './keyring.ts';
import type { Backend } from './port.ts';

const writingPrefix = (target: TargetId): string => `audit/writing/${target}`;
const sweepingPrefix = (target: TargetId): string => `audit/sweeping/${target}`;

/**
 * Keeps backups and sweeps of one target apart without a lock server. Both say what they are about to do in an object of
 * their own, then look for the other's (Dekker): at least one of them sees it. A sweep then leaves the target alone; a
 * backup fails as `busy` and is tried again. A backup may so use chunks again that are older than itself.
 */
export interface Writing {
  /** Announces a backup. @returns the key of the announcement @throws DrError `busy` while a sweep removes chunks */
  begin(target: TargetId, set: SetId): Promise<string>;
  /** Refuses to publish when a sweep has given this backup up for dead. @throws DrError `refused` */
  confirm(announcement: string): Promise<void>;
  /** Announced backups of the target without a manifest that are younger than the grace period. */
  underWay(target: TargetId, published: ReadonlySet<SetId>, graceMs: number, now: Instant): Promise<SetId[]>;
  /** Announces a sweep until an instant. @returns how to take it back */
  sweeping(target: TargetId, until: Instant): Promise<() => Promise<void>>;
  /** Announcements of backups that ended or died. */
  finished(target: TargetId, published: ReadonlySet<SetId>, graceMs: number, now: Instant): AsyncIterable<string>;
}

const unique = (): string => `${randomBytes(6).toString('hex')}.json`;

export const openWriting = (backend: Backend, keyring: Keyring): Writing => {
  async function* announced(target: TargetId): AsyncIterable<{ key: string; set: SetId; changedAt: Instant }> {
    for await (const { key, changedAt } of backend.list(writingPrefix(target))) {
      yield { key, set: key.split('/')[3]!, changedAt };
    }
  }
  const isOver = (
    one: { set: SetId; changedAt: Instant },
    published: ReadonlySet<SetId>,
    graceMs: number,
    now: Instant,
  ): boolean => published.has(one.set) || Date.parse(now) - Date.parse(one.changedAt) > graceMs;

  return {
    begin: async (target, set) => {
      const key = `${writingPrefix(target)}/${set}/${unique()}`;
      await keyring.keep(target, key, { target, set, at: new Date().toISOString() });
      for await (const { key: sweep } of backend.list(sweepingPrefix(target))) {
        const { until } = (await keyring.read(target, sweep)).body as { until: Instant };
        if (until > new Date().toISOString()) {
          throw new DrError(
            'busy',
            `a sweep of ${target} removes chunks until ${until}`,
            'the backup is tried again then',
          );
        }
      }
      return key;
    },
    confirm: async (announcement) => {
      if (await backend.head(announcement)) return;
      throw new DrError(
        'refused',
        'a sweep gave this backup up for dead: chunks it needs may be gone',
        'start the backup again, and sweep with a grace period longer than any backup',
      );
    },
    underWay: async (target, published, graceMs, now) => {
      const sets = new Set<SetId>();
      for await (const one of announced(target)) if (!isOver(one, published, graceMs, now)) sets.add(one.set);
      return [...sets];
    },
    sweeping: async (target, until) => {
      const key = `${sweepingPrefix(target)}/${unique()}`;
      await keyring.keep(target, key, { target, until });
      return () => backend.remove(key);
    },
    async *finished(target, published, graceMs, now) {
      for await (const one of announced(target)) if (isOver(one, published, graceMs, now)) yield one.key;
    },
  };
};
