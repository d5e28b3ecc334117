import type { Kind, Place } from '../port.ts';
import { canariesOf } from './canary.ts';
import { checksOf } from './checks/index.ts';
import { readAddress } from './connection/address.ts';
import { openSession, type Session } from './connection/session.ts';
import { fingerprint } from './fingerprint.ts';
import { inspect } from './inspect.ts';
import { stamp } from './mark.ts';
import type { Meta } from './meta.ts';
import { prove } from './prove.ts';
import { begin, end, ledger } from './restore/begin.ts';
import { restore } from './restore/restore.ts';
import { explain } from './selection.ts';
import { snapshot } from './snapshot.ts';
import { units } from './units.ts';

const placeOf = (session: Session): Place<Meta> => ({
  inspect: () => inspect(session),
  stamp: (mark) => stamp(session, mark),
  snapshot: (to, selection) => snapshot(session, to, selection),
  begin: (by, meta) => begin(session, by, meta),
  restore: (unit, meta, from, by) => restore(session, unit, meta, from, by),
  ledger: (by) => ledger(session, by),
  end: (by) => end(session, by),
  fingerprint: (filter) => fingerprint(session, filter),
  prove: (by, meta, of) => prove(session, by, meta, of),
  can: { canary: canariesOf(session), checks: checksOf(session) },
});

/** MongoDB 5.0 or newer: one database of a server, or all of them. A place has no fence. */
export const mongodb: Kind<Meta> = {
  kind: 'mongodb',
  cannotFence:
    'MongoDB has no switch that stops the writers of one database and lets the product write: stop them, or take their logins away',
  async open(url, work) {
    const session = await openSession(readAddress(url), work);
    return { ...placeOf(session), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  },
  explain,
  units,
};
