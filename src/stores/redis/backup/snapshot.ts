import type { Selection, Sink } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import type { Snapshot } from '../../port.ts';
import { orStop } from '../../together.ts';
import { readClock } from '../connection/info.ts';
import type { Link } from '../connection/link.ts';
import type { Session } from '../connection/session.ts';
import { counting, refuseNoMatch } from '../fingerprint.ts';
import { keyspaceOf } from '../keyspace.ts';
import { canaryKey, functionsObject, type Part, type RedisMeta } from '../meta.ts';
import type { Visitor } from '../rdb/reader.ts';
import { listGroups } from '../scan.ts';
import { refuseParts } from '../selection.ts';
import { wantedBy } from '../wanted.ts';
import { handOver } from './hand-over.ts';
import { partsOf } from './parts.ts';
import { readPlace } from './read-place.ts';

/** What an RDB does not hold. */
const leftOutOf = async (session: Session, { redis }: Link, libraries: number): Promise<string[]> => {
  const isWhole = session.address.database === null;
  const users = ((await redis.call('ACL', 'USERS').catch(() => null)) as string[] | null) ?? null;
  const others = users?.filter((name) => name !== 'default') ?? [];
  const logins = users === null ? 'logins (ACL), which this one may not list' : `logins (ACL): ${others.join(', ')}`;
  return [
    ...(users === null || others.length > 0 ? [logins] : []),
    ...(!isWhole && libraries > 0 ? ['functions: they belong to the server and to no database'] : []),
    'settings of the server (CONFIG)',
  ];
};

/** @throws DrError `no-match`, before anything is written */
const refuseTypos = async (session: Session, link: Link, selection: Selection): Promise<void> => {
  const wanted = wantedBy(selection);
  const { groups } = await listGroups(session, link);
  let found = 0;
  for (const [name, { keys }] of groups) if (wanted.group(name) !== false) found += keys;
  const libraries = session.address.database === null ? await countLibraries(link) : 0;
  if (libraries > 0 && wanted.group(functionsObject) === true) found += libraries;
  if (!wanted.hasKeyPatterns) refuseNoMatch(wanted, found, selection);
};

const countLibraries = async ({ redis }: Link): Promise<number> =>
  ((await redis.call('FUNCTION', 'LIST').catch(() => [])) as unknown[]).length;

/** The place as one point in time: the instant before the server began to save. */
export const snapshot = async (
  session: Session,
  link: Link,
  to: Sink,
  selection: Selection,
): Promise<Snapshot<RedisMeta>> => {
  refuseParts(selection.parts);
  const isFiltered = (selection.only ?? []).length + (selection.except ?? []).length > 0;
  const isWhole = session.address.database === null;
  const canary = isWhole ? `db0/${canaryKey}` : canaryKey;
  if (isFiltered) await refuseTypos(session, link, selection);

  const at = await readClock(link.redis);
  const wanted = wantedBy(selection, (name) => name === canary);
  const space = keyspaceOf(isWhole, wanted, at);
  const out = partsOf();
  const facts = { version: 0, usedMemory: 0, libraries: [] as string[] };
  let librariesSeen = 0;
  const begun = (): Visitor => ({
    ...counting(session, space, at + 1, out.key),
    begin(version, magic) {
      facts.version = version;
      out.head(magic);
    },
    fact(name, value, raw) {
      if (name === 'used-mem') facts.usedMemory = Number(value);
      // Who the server was to its replicas is nobody else's.
      if (!name.startsWith('repl-')) out.head(raw);
    },
    library(code, raw) {
      librariesSeen += 1;
      if (!isWhole || wanted.group(functionsObject) !== true) return;
      facts.libraries.push(/\bname=(\S+)/.exec(code.toString('utf8'))?.[1] ?? '?');
      space.library(code);
      out.head(raw);
    },
    size: (db, raw) => out.size(db, raw),
  });

  const pipe = handOver(to, (done) => session.work.beat({ says: 'backing up', bytes: done, totalBytes: null }));
  const reading = (async (): Promise<Part[]> => {
    try {
      await readPlace(session, link, begun, () => pipe.take(out.drain()));
      const { parts, pieces } = out.end(facts.libraries.length > 0);
      await pipe.take(pieces);
      await pipe.end();
      return parts;
    } catch (error) {
      pipe.fail(error);
      throw error;
    }
  })();
  const parts = await orStop(session.work.signal, Promise.race([reading, pipe.failed]));
  if (parts.length === 0 && facts.libraries.length === 0) {
    throw new DrError(
      'no-match',
      `nothing to back up: ${session.where} holds no key`,
      'check that it is the right place',
    );
  }
  const fingerprint = space.fingerprint();
  refuseNoMatch(wanted, Object.keys(fingerprint.objects).length, selection);
  return {
    consistency: { kind: 'point-in-time', at: new Date(at).toISOString() },
    meta: {
      version: session.server.version,
      rdbVersion: facts.version,
      isWhole,
      at,
      usedMemory: facts.usedMemory,
      objects: Object.entries(fingerprint.objects).map(([name, { rows }]) => ({ name, rows })),
      isFolded: space.isFolded(),
      libraries: facts.libraries,
      parts,
      expiring: space.expiring(),
    },
    fingerprint,
    leftOut: await leftOutOf(session, link, librariesSeen),
  };
};
