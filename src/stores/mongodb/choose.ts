import type { Selection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import type { OrderedDocument } from './bson/ordered.ts';
import { type Listed, listCollections, listIndexes, noSize, refuseUnknown, type Size, sizeOf } from './catalog.ts';
import { describeAddress } from './connection/address.ts';
import type { Session } from './connection/session.ts';
import { documentsIn } from './documents-in.ts';
import { canaryIn, objectOf } from './names.ts';

/** A collection or view that goes into a set. */
export interface Chosen extends Listed {
  indexes: readonly OrderedDocument[];
  size: Size;
}

/** What a backup takes of what is there: what the selection names, and the canaries. @throws DrError `no-match`, `not-supported` */
export const choose = async (session: Session, listed: readonly Listed[], selection: Selection): Promise<Chosen[]> => {
  if (listed.length === 0) {
    throw new DrError(
      'no-match',
      `nothing to back up: ${describeAddress(session.address)} holds no collection`,
      'check that it is the right place',
    );
  }
  const canary = objectOf(session, canaryIn(session));
  const names = listed.map(({ name }) => name);
  const wanted = new Set([...selectNames(names, selection), canary]);
  const chosen: Chosen[] = [];
  for (const one of listed.filter(({ name }) => wanted.has(name))) {
    const isView = one.type === 'view';
    const indexes = isView ? [] : await listIndexes(session, one);
    refuseUnknown(one, indexes);
    const size = isView ? null : await sizeOf(session, documentsIn(one));
    chosen.push({ ...one, indexes, size: size ?? noSize });
  }
  return chosen;
};

/**
 * What came beside the set while it was taken, as sentences.
 * @throws DrError `busy` when a collection of the set is gone, or another one under its name
 */
export const compareLists = async (
  session: Session,
  before: readonly Listed[],
  chosen: readonly Listed[],
): Promise<string[]> => {
  const now = new Map((await listCollections(session)).map((one) => [one.name, one]));
  for (const { name, uuid, type } of chosen) {
    const found = now.get(name);
    if (found !== undefined && found.uuid === uuid && found.type === type) continue;
    const became = found === undefined ? 'dropped or renamed' : 'replaced by another one';
    throw new DrError(
      'busy',
      `collection ${JSON.stringify(name)} was ${became} while it was backed up`,
      'let whoever changes collections finish, then repeat the backup',
    );
  }
  const known = new Set(before.map(({ name }) => name));
  return [...now.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `collection ${JSON.stringify(name)}: it was made while the set was taken`);
};
