import type { Filter } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import type { Fingerprint } from '../../domain/fingerprint.ts';
import { readPlace } from './backup/read-place.ts';
import type { Link } from './connection/link.ts';
import type { Session } from './connection/session.ts';
import { type Keyspace, keyspaceOf } from './keyspace.ts';
import { functionsObject } from './meta.ts';
import type { Seen, Visitor } from './rdb/reader.ts';
import { type Wanted, wantedBy } from './wanted.ts';

/** @throws DrError `no-match` */
export const refuseNoMatch = (wanted: Wanted, found: number, filter: Filter): void => {
  const [pattern] = wanted.unmatched();
  const isFiltered = (filter.only ?? []).length + (filter.except ?? []).length > 0;
  if (pattern === undefined && (found > 0 || !isFiltered)) return;
  throw new DrError(
    'no-match',
    pattern === undefined
      ? `filter leaves no object: except ${JSON.stringify(filter.except ?? [])}`
      : `filter matches no object: pattern ${JSON.stringify(pattern)}`,
    'correct the pattern; groups are named by the part of a key before its first colon, `*` matches any run of characters',
  );
};

/**
 * Counts what passes: keys that are of the place, are wanted and do not expire before `bound`.
 * @param keep is called for each of them
 */
export const counting = (
  { address }: Pick<Session, 'address'>,
  space: Keyspace,
  bound: number,
  keep: (seen: Seen) => void = () => {},
): Visitor => ({
  key(seen) {
    if (address.database !== null && seen.db !== address.database) return;
    const group = space.groupOf(seen);
    if (group.isOwn || (seen.expiresAt >= 0 && seen.expiresAt < bound) || !space.isWanted(group, seen)) return;
    space.add(group, seen);
    keep(seen);
  },
});

/**
 * Of what the filter selects, in one view. Keys that expire before `until(clock)` are passed over.
 * @throws DrError `no-match`
 */
export const fingerprintOf = async (
  session: Session,
  link: Link,
  filter: Filter,
  until: (clock: number) => number = (clock) => clock + 1,
): Promise<{ fingerprint: Fingerprint; until: number; wanted: Wanted }> => {
  const isWhole = session.address.database === null;
  const wanted = wantedBy(filter);
  const space = keyspaceOf(isWhole, wanted, null);
  let bound = 0;
  const begun = (clock: number): Visitor => {
    bound = until(clock);
    return {
      ...counting(session, space, bound),
      library: (code) => {
        if (isWhole && wanted.group(functionsObject) === true) space.library(code);
      },
    };
  };
  session.work.beat({ says: 'fingerprinting', bytes: 0, totalBytes: null });
  await readPlace(session, link, begun, async (bytes) => {
    session.work.beat({ says: 'fingerprinting', bytes, totalBytes: null });
  });
  return { fingerprint: space.fingerprint(), until: bound, wanted };
};
