import type { Redis } from 'ioredis';
import { DrError } from '../../domain/errors.ts';
import type { Fence } from '../port.ts';
import { readSetting } from './connection/info.ts';
import { fencedPrefix, ownUser } from './connection/link.ts';
import type { Session } from './connection/session.ts';
import { ownGroup } from './meta.ts';

interface Rules {
  commands: string;
  selectors: readonly string[];
}

/** Pairs, as RESP2 has maps. */
const fieldsOf = (answer: unknown): ReadonlyMap<string, unknown> => {
  const list = answer as readonly unknown[];
  return new Map(Array.from({ length: list.length / 2 }, (_, n) => [String(list[n * 2]), list[n * 2 + 1]]));
};

const rulesOf = async (redis: Redis, user: string): Promise<Rules> => {
  const fields = fieldsOf(await redis.call('ACL', 'GETUSER', user));
  const selectors = ((fields.get('selectors') ?? []) as unknown[]).map((selector) => {
    const of = fieldsOf(selector);
    return `(${[of.get('commands'), of.get('keys'), of.get('channels')].filter(Boolean).join(' ')})`;
  });
  return { commands: String(fields.get('commands')), selectors };
};

const words = (commands: string): string[] => commands.split(' ').filter((word) => word !== '');

const usersOf = async (redis: Redis): Promise<string[]> => (await redis.call('ACL', 'USERS')) as string[];

/** Rules of logins live where the server keeps them. @throws DrError `not-supported` */
const save = async (redis: Redis, where: string): Promise<void> => {
  const file = await readSetting(redis, 'aclfile');
  const saving = file ? redis.call('ACL', 'SAVE') : redis.call('CONFIG', 'REWRITE');
  await saving.catch((error: Error) => {
    if (!/without a config file/.test(error.message)) throw error;
    throw new DrError(
      'not-supported',
      `${where} has neither an ACL file nor a configuration file: a fence would not survive its restart`,
      'start it with a configuration file, or with an ACL file (aclfile)',
    );
  });
};

const isRefusal = (error: Error): boolean => /^NOPERM|^READONLY/.test(error.message);

/**
 * Takes every login its right to write, the product's own aside: rules hold at once, for sessions that are open too, and are
 * kept where the server keeps its logins. What a login could do before stands in a login `dr_fence:<name>` that cannot be
 * used. Killed half-way, it is fenced in memory and not on disk, and the next call does the rest. Logins that somebody makes
 * later are not fenced. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export const fenceOf = (session: Session): Fence => ({
  fence: () =>
    session.run('fencing', async ({ redis }) => {
      // Before anything is changed: can it be kept at all?
      await save(redis, session.where);
      const users = await usersOf(redis);
      const open = users.filter(
        (name) => name !== ownUser && !name.startsWith(fencedPrefix) && !users.includes(`${fencedPrefix}${name}`),
      );
      if (open.length > 0) {
        const tx = redis.multi();
        for (const name of open) {
          const { commands, selectors } = await rulesOf(redis, name);
          const kept = ['reset', 'off', ...words(commands), ...selectors];
          tx.call('ACL', 'SETUSER', `${fencedPrefix}${name}`, ...kept);
          tx.call('ACL', 'SETUSER', name, ...(selectors.length > 0 ? ['clearselectors'] : []), '-@write');
        }
        for (const [error] of (await tx.exec()) ?? []) if (error !== null) throw error;
      }
      await save(redis, session.where);
    }),
  unfence: () =>
    session.run('taking the fence away', async ({ redis }) => {
      const users = await usersOf(redis);
      const fenced = users.filter((name) => name.startsWith(fencedPrefix));
      if (fenced.length > 0) {
        const tx = redis.multi();
        for (const keeper of fenced) {
          const name = keeper.slice(fencedPrefix.length);
          const { commands, selectors } = await rulesOf(redis, keeper);
          if (users.includes(name)) {
            tx.call('ACL', 'SETUSER', name, '-@all', ...words(commands), ...selectors);
          }
          tx.call('ACL', 'DELUSER', keeper);
        }
        for (const [error] of (await tx.exec()) ?? []) if (error !== null) throw error;
      }
      await save(redis, session.where);
    }),
  isFenced: () =>
    session.run(
      'trying a write',
      async ({ redis }) => {
        const probe = `${ownGroup}:probe`;
        try {
          await redis.set(probe, '1', 'PX', 1_000);
          await redis.del(probe);
          return false;
        } catch (error) {
          if (error instanceof Error && isRefusal(error)) return true;
          throw error;
        }
      },
      { asOrdinary: true },
    ),
});
