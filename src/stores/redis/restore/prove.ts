import { addPrints, type Fingerprint, type ObjectPrint } from '../../../domain/fingerprint.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Proof, Writer } from '../../port.ts';
import type { Session } from '../connection/session.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { edgeAfter, foldPrints } from '../keyspace.ts';
import { type ExpiringPrint, ownKeys, type RedisMeta } from '../meta.ts';
import { subtractPrint } from '../rdb/prints.ts';
import { isByObject, selectedOf } from '../selection.ts';
import type { LedgerEntry } from './entry.ts';

interface Brought {
  objects: Readonly<Record<string, ObjectPrint>>;
  expiring: Readonly<Record<string, readonly ExpiringPrint[]>>;
}

const addAll = <T>(into: Map<string, T>, from: Readonly<Record<string, T>> = {}, add: (a: T, b: T) => T): void => {
  for (const [name, one] of Object.entries(from)) {
    const other = into.get(name);
    into.set(name, other === undefined ? one : add(other, one));
  }
};

/** What units brought, where keys were selected that the set does not count apart. */
const fromLedger = (entries: readonly LedgerEntry[]): Brought => {
  const objects = new Map<string, ObjectPrint>();
  const expiring = new Map<string, readonly ExpiringPrint[]>();
  for (const entry of entries) {
    addAll(objects, entry.objects, addPrints);
    addAll(expiring, entry.expiring, (a, b) => [...a, ...b]);
  }
  return foldPrints(
    Object.fromEntries(objects),
    Object.fromEntries(expiring),
    entries.some(({ isFolded }) => isFolded),
  );
};

/** What the set says of the objects that are selected. */
const fromSet = (meta: RedisMeta, selected: readonly string[], of: Fingerprint): Brought => ({
  objects: Object.fromEntries(selected.map((name) => [name, of.objects[name]!])),
  expiring: Object.fromEntries(
    selected.flatMap((name) => (Object.hasOwn(meta.expiring, name) ? [[name, meta.expiring[name]!]] : [])),
  ),
});

/** Takes away what expires before `until`, and says how much that was. */
const withoutExpired = ({ objects, expiring }: Brought, until: number) => {
  const kept = new Map<string, ObjectPrint>();
  const expired: [string, ObjectPrint][] = [];
  for (const [name, print] of Object.entries(objects)) {
    const gone = (Object.hasOwn(expiring, name) ? expiring[name]! : []).filter(([, to]) => to <= until);
    const left = gone.reduce((one, [, , rows, sum]) => subtractPrint(one, { rows, sum }), print);
    if (left.rows > 0) kept.set(name, left);
    const rows = gone.reduce((sum, [, , count]) => sum + count, 0);
    const said = `${name} (expires before ${new Date(until).toISOString()}: not compared)`;
    if (rows > 0) expired.push([said, { rows, sum: '0' }]);
  }
  return { kept: Object.fromEntries(kept), expired: Object.fromEntries(expired) };
};

/**
 * Holds the place against the set. Keys that expire about now are on neither side: how many they are stands beside the
 * objects. Everything else has to be there, with the same instant of its expiry.
 */
export const prove = (session: Session, by: Writer, meta: RedisMeta, of: Fingerprint): Promise<Proof> =>
  session.run('proving', async (link) => {
    const { selection = {} } = by;
    const selected = selectedOf(meta, selection);
    const brought = isByObject(meta, selection)
      ? fromSet(meta, selected, of)
      : fromLedger((await link.redis.hvals(ownKeys.ledger)).map((text) => JSON.parse(text) as LedgerEntry));
    const expires = Object.keys(brought.expiring).length > 0;
    const { only = [], except = [] } = selection;
    const { fingerprint, until } = await fingerprintOf(
      session,
      link,
      isShared(selection) ? { only, except } : {},
      (clock) => (expires ? edgeAfter(meta.at, clock + 1) : clock + 1),
    );
    const { kept, expired } = withoutExpired(brought, until);
    // Beside other things, only what was selected is looked at.
    const isLooked = isShared(selection) && isByObject(meta, selection) ? new Set(selected) : null;
    const objects = Object.entries(fingerprint.objects).filter(([name]) => isLooked?.has(name) ?? true);
    return {
      expected: { ...of, objects: { ...kept, ...expired } },
      found: { ...fingerprint, objects: { ...Object.fromEntries(objects), ...expired } },
    };
  });
