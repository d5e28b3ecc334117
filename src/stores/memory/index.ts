import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Canary } from '../../domain/loss.ts';
import type { Canaries, Checks, Fence, Kind, Place } from '../port.ts';
import { keysOf, runChecks } from './checks.ts';
import { fingerprintOf } from './fingerprint.ts';
import { inspect } from './inspect.ts';
import { canaryObject, type Meta } from './meta.ts';
import { begin, end, ledger, restore } from './restore.ts';
import { explain, prove } from './selection.ts';
import { call, databaseOf, goOn, type Session, suffer } from './session.ts';
import { snapshot } from './snapshot.ts';
import { units } from './units.ts';

const isMemoryUrl = (url: string): boolean => /^memory:\/\/[^\s/]+(\/[^\s/]+)?$/.test(url);

const fenceOf = (session: Session): Fence => {
  const set = (isFenced: boolean): Promise<void> =>
    call(session, 'fence', (database) => {
      database.isFenced = isFenced;
    });
  return {
    fence: () => set(true),
    unfence: () => set(false),
    isFenced: () => call(session, 'fence', (database) => database.isFenced),
  };
};

const canariesOf = (session: Session): Canaries => ({
  write: (seq) =>
    call(session, 'canary', (database): Canary => {
      const canary = { seq, at: new Date(Date.now() - database.skewMs).toISOString() };
      const object = database.objects.get(canaryObject) ?? { rows: [], isIndexed: true, counted: 0 };
      object.rows.push(JSON.stringify(canary));
      object.counted = object.rows.length;
      database.objects.set(canaryObject, object);
      return canary;
    }),
  present: () =>
    call(session, 'canary', ({ objects }) =>
      (objects.get(canaryObject)?.rows ?? []).map((row) => (JSON.parse(row) as Canary).seq).sort((a, b) => a - b),
    ),
});

const checksOf = (session: Session): Checks => ({
  run: (checks, options) => call(session, 'checks', (database) => runChecks(database, checks, options)),
  async *keys(object, columns) {
    for (const some of await call(session, 'checks', (database) => keysOf(database, object, columns))) {
      goOn(session);
      yield some;
    }
  },
});

const placeOf = (session: Session): Place<Meta> => ({
  inspect: () => call(session, 'inspect', inspect),
  stamp: (mark) =>
    call(session, 'stamp', (database) => {
      database.mark = structuredClone(mark);
    }),
  snapshot: (to, selection) => call(session, 'snapshot', (database) => snapshot(session, database, to, selection)),
  begin: (by, meta) => call(session, 'begin', (database) => begin(session, database, by, meta)),
  restore: (unit, meta, from, by) =>
    call(session, 'restore', (database) => restore(session, database, unit, meta, from, by), unit.id),
  ledger: (by) => call(session, 'ledger', (database) => ledger(database, by)),
  end: (by) => call(session, 'end', (database) => end(session, database, by)),
  fingerprint: (filter) =>
    call(session, 'fingerprint', ({ objects }) => {
      session.work.beat({ says: 'fingerprinting', bytes: 0, totalBytes: null });
      const names = selectNames([...objects.keys()].sort(), filter);
      return fingerprintOf(names.map((name) => [name, objects.get(name)!.rows] as const));
    }),
  prove: (by, meta, of) => call(session, 'fingerprint', (database) => prove(database, meta, by.selection ?? {}, of)),
  can: { fence: fenceOf(session), canary: canariesOf(session), checks: checksOf(session) },
});

/**
 * Data in this process's memory, behind URLs like `memory://name`: the reference for every other adapter, and the double
 * for tests of whoever uses one. `src/memory/server.ts` is the server's own side: fill, change and break places there.
 */
export const memory: Kind<Meta> = {
  kind: 'memory',
  async open(url, work) {
    if (!isMemoryUrl(url)) {
      throw new DrError('bad-input', 'not the URL of a memory database', 'write it as memory://name');
    }
    const session: Session = { url, work };
    goOn(session);
    databaseOf(session).calls.push({ on: 'open', unit: null });
    await suffer(session, 'open', 'before');
    return { ...placeOf(session), [Symbol.asyncDispose]: async () => {} };
  },
  explain,
  units,
};
