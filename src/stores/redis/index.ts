import type { Kind, Place } from '../port.ts';
import { snapshot } from './backup/snapshot.ts';
import { canariesOf } from './canary.ts';
import { checksOf } from './checks.ts';
import { isOneDatabase, readAddress } from './connection/address.ts';
import { openSession, type Session } from './connection/session.ts';
import { fenceOf } from './fence.ts';
import { fingerprintOf, refuseNoMatch } from './fingerprint.ts';
import { inspect } from './inspect.ts';
import { stamp } from './mark.ts';
import type { RedisMeta } from './meta.ts';
import { begin } from './restore/begin.ts';
import { dropLedger, readLedger } from './restore/ledger.ts';
import { prove } from './restore/prove.ts';
import { restore } from './restore/restore.ts';
import { explain } from './selection.ts';
import { units } from './units.ts';

const placeOf = (session: Session): Place<RedisMeta> => ({
  inspect: () => inspect(session),
  stamp: (mark) => stamp(session, mark),
  snapshot: (to, selection) => session.run('backing up', (link) => snapshot(session, link, to, selection)),
  begin: (by, meta) => begin(session, by, meta),
  restore: (unit, meta, from, by) => restore(session, unit, meta, from, by),
  ledger: (by) => session.run('reading the ledger', ({ redis }) => readLedger(redis, by)),
  end: (by) => session.run('ending a restore', ({ redis }) => dropLedger(redis, by)),
  fingerprint: (filter) =>
    session.run('fingerprinting', async (link) => {
      const { fingerprint, wanted } = await fingerprintOf(session, link, filter);
      refuseNoMatch(wanted, Object.keys(fingerprint.objects).length, filter);
      return fingerprint;
    }),
  prove: (by, meta, of) => prove(session, by, meta, of),
  can: {
    // A fence is made of logins, and those belong to the server.
    ...(session.address.database === null ? { fence: fenceOf(session) } : {}),
    canary: canariesOf(session),
    checks: checksOf(session),
  },
});

/** A Redis server, or one of its numbered databases. What a set is: docs/stores/redis.md. */
export const redis: Kind<RedisMeta> = {
  kind: 'redis',
  cannotFence: (url) =>
    isOneDatabase(url)
      ? 'logins of Redis are of the whole server, so that one of its databases cannot be fenced'
      : null,
  async open(url, work) {
    const session = await openSession(readAddress(url), work);
    return { ...placeOf(session), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  },
  explain,
  units,
};
