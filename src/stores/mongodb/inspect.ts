import type { Document } from 'mongodb';
import type { Inspection } from '../port.ts';
import { listCollections, sizeOf } from './catalog.ts';
import { readClock } from './clock.ts';
import { codeOf } from './connection/failure.ts';
import type { Session } from './connection/session.ts';
import { documentsIn } from './documents-in.ts';
import { readMark } from './mark.ts';
import { lacks, type Privilege } from './permissions.ts';

const missingPermissions = async (session: Session, databases: readonly string[]): Promise<string[]> => {
  const { authInfo } = await session.db('admin').command({ connectionStatus: 1, showPrivileges: true });
  const { authenticatedUsers = [], authenticatedUserPrivileges = [] } = authInfo as {
    authenticatedUsers?: readonly unknown[];
    authenticatedUserPrivileges?: readonly Privilege[];
  };
  // A server without access control knows no users.
  if (authenticatedUsers.length === 0) return [];
  return databases.flatMap((database) => lacks(database, authenticatedUserPrivileges));
};

/** What servers that only speak the protocol answer to a command they lack. */
const noSuchCommand = 59;

const freeBytes = async (session: Session, database: string | undefined): Promise<number | null> => {
  if (database === undefined) return null;
  const stats: Document = await session
    .db(database)
    .command({ dbStats: 1 })
    .catch((error: unknown) => {
      if (codeOf(error) === noSuchCommand) return {};
      throw error;
    });
  const free = Number(stats.fsTotalSize) - Number(stats.fsUsedSize);
  return Number.isFinite(free) && free > 0 ? free : null;
};

export const inspect = async (session: Session): Promise<Inspection> => {
  const clock = await readClock(session);
  return session.run('inspecting', async () => {
    const listed = (await listCollections(session)).filter(({ type }) => type !== 'view');
    const objects: Inspection['objects'][number][] = [];
    for (const one of listed) {
      const size = await sizeOf(session, documentsIn(one));
      objects.push({ name: one.name, bytes: size?.bytes ?? 0, rows: size?.rows ?? null });
    }
    const { database } = session.address;
    const databases = database === null ? [...new Set(listed.map((one) => one.database))] : [database];
    return {
      mark: await readMark(session),
      version: `MongoDB ${session.server.version}`,
      ...clock,
      objects: objects.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
      bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
      freeBytes: await freeBytes(session, databases[0]),
      missingPermissions: await missingPermissions(session, databases),
    };
  });
};
