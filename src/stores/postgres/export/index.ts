import type { PlaceLook, SetLook } from '../../look.ts';
import { readTables } from '../catalog/tables.ts';
import { inView } from '../catalog/view.ts';
import type { Session } from '../connection/session.ts';
import type { PostgresMeta } from '../meta.ts';
import { contents, notDumped } from './contents.ts';
import { definitionsOfPlace, definitionsOfSet } from './definitions.ts';
import { dump, dumpTo } from './dump.ts';
import { dumpSchemaOfSet } from './dump-schema-of-set.ts';
import { loadOne } from './load-one.ts';
import { peek } from './peek.ts';
import { describeTable, readTable } from './read-table.ts';

/** What can be seen of a set of a PostgreSQL database without a server. */
export const setLook: SetLook<PostgresMeta> = {
  holds: ({ parts }) => parts ?? 'all',
  contents,
  notDumped,
  dumpSchema: dumpSchemaOfSet,
  definitions: definitionsOfSet,
};

const othersIn = `SELECT count(*)::int4 AS others FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** What can be seen in an open place. */
export const placeLookOf = (session: Session): PlaceLook<PostgresMeta> => ({
  objects: () =>
    inView(session, 'listing', async (view) => {
      const tables = await readTables(view.client, view.relations, session.server.blockBytes);
      return tables.map(({ object }) => object);
    }),
  others: () =>
    session.run('looking who is there', async ({ client }) => {
      const { rows } = await client.query<{ others: number }>(othersIn);
      return rows[0]!.others;
    }),
  definitions: (filter) => definitionsOfPlace(session, filter),
  dump: (how) => dump(session, how),
  dumpTo: (file, how) => dumpTo(session, file, how),
  peek: (by, meta, from, question) => peek(session, by, meta, from, question),
  load: (by, meta, from, object) => loadOne({ session, by, meta, from }, object),
  describe: (object) => describeTable(session, object),
  read: (object, columns, key, body) => readTable(session, object, columns, key, body),
});
