import { DrError } from '../../../domain/errors.ts';
import { interrupted } from '../../failure.ts';
import type { Fence } from '../../port.ts';
import { orStop } from '../../together.ts';
import { describeAddress } from '../connection/address.ts';
import { connectPlainly, isNoDatabase, type Link } from '../connection/connect.ts';
import { codeOf } from '../connection/failure.ts';
import { existing, inLobby, namedIn } from '../connection/lobby.ts';
import type { Session } from '../connection/session.ts';
import { ownSchema } from '../meta.ts';
import { fencedName } from './fenced-name.ts';
import { renameDatabase } from './rename-database.ts';

const both = (name: string, fenced: string): DrError =>
  new DrError(
    'refused',
    `there is a database ${JSON.stringify(name)} beside its fenced namesake ${JSON.stringify(fenced)}`,
    'find out who made it; rename or drop the one that is not needed',
  );

/** Brings the database to the name `to`; there already is fine. */
const moveTo = async (session: Session, from: string, to: string): Promise<void> => {
  if (session.server.isStandby) {
    throw new DrError(
      'not-supported',
      `${describeAddress(session.home)} is a standby: it takes no writes, and is fenced at its primary`,
      'name the primary',
    );
  }
  const [isFrom, isTo] = await inLobby(session, 'looking for the database', (link) => existing(link, [from, to]));
  if (isFrom && isTo) throw both(session.home.database, fencedName(session.home.database));
  if (!isFrom && !isTo) {
    throw new DrError(
      'missing',
      `there is no database ${describeAddress(session.home)}`,
      'check the connection string',
    );
  }
  if (isFrom) await renameDatabase(session, from, to);
  await session.relocate();
};

/** 55000: the database takes no connections. 25006: the transaction is read-only. */
const isRefusal = (error: unknown): boolean => ['55000', '25006'].includes(codeOf(error) ?? '');

/** What any client could do, undone. A marked place needs no change of its schema for that. */
const tryWrite = async ({ client }: Link): Promise<void> => {
  const { rows } = await client.query<{ is: boolean }>(`SELECT to_regclass('${ownSchema}.mark') IS NOT NULL AS is`);
  await client.query('BEGIN');
  const write = rows[0]!.is ? `DELETE FROM ${ownSchema}.mark WHERE false` : `CREATE SCHEMA ${ownSchema}_probe`;
  await client.query(write);
  await client.query('ROLLBACK');
};

/**
 * Fences by renaming the database: every client, with whatever rights, that uses the connection string finds no such
 * database, while the product knows the other name and goes on reading and writing. The name is all the state there is, so
 * it survives restarts, and unfencing restores exactly what was. A superuser who uses the other name gets in.
 */
export const fenceOf = (session: Session): Fence => {
  const { home } = session;
  const fenced = fencedName(home.database);
  return {
    fence: () => moveTo(session, home.database, fenced),
    unfence: () => moveTo(session, fenced, home.database),
    async isFenced() {
      if (session.work.signal.aborted) throw interrupted();
      const trying = (async (): Promise<boolean> => {
        try {
          const link = await connectPlainly(home, 'dr-runbooks probe');
          await tryWrite(link).finally(() => link.destroy());
          return false;
        } catch (error) {
          if (isRefusal(error)) return true;
          if (!isNoDatabase(error)) throw error;
          const [isThere] = await inLobby(session, 'looking for the database', (link) => existing(link, [fenced]));
          if (isThere) return true;
          throw error;
        }
      })();
      try {
        return await orStop(session.work.signal, trying);
      } catch (error) {
        throw namedIn(session, error, 'trying a write');
      }
    },
  };
};
