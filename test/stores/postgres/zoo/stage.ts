import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { freshDatabase } from '../../../support/servers.ts';
import type { SharedPostgres } from '../../../support/shared-servers.ts';
import { open, restoreRest, sql, type Taken, writer } from '../lab.ts';

/** What both servers have, what only the one with pgvector has, and what only the one with contrib, ICU and XML has. */
export const everywhere = ['roles', 'types', 'tables', 'programs', 'access', 'servers'] as const;
export const on16 = [...everywhere, 'vector', 'database'] as const;
export const on15 = [...everywhere, 'contrib', 'icu-xml', 'database'] as const;

/** An empty database on that server, which goes with the test. */
export const emptyOn = async (server: SharedPostgres): Promise<string> => {
  const fresh = await freshDatabase('zoo', server);
  onTestFinished(async () => {
    // A database with subscriptions cannot be dropped, and an event trigger of the zoo lets nobody alter one.
    await sql(
      fresh.url,
      `DO $$ DECLARE s record; BEGIN
        FOR s IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('DROP EVENT TRIGGER %I', s.evtname); END LOOP;
        FOR s IN SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database() LOOP
          EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', s.subname); EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', s.subname);
          EXECUTE format('DROP SUBSCRIPTION %I', s.subname);
        END LOOP; END $$`,
    );
    await fresh.drop();
  });
  return fresh.url;
};

/** A database with the files of this folder in it. */
export const zooOn = async (server: SharedPostgres, files: readonly string[]): Promise<string> => {
  const url = await emptyOn(server);
  for (const file of files) await sql(url, await readFile(new URL(`${file}.sql`, import.meta.url), 'utf8'));
  return url;
};

/** Restores a whole set into a new database of that server. */
export const copyTo = async (server: SharedPostgres, { meta, vault }: Taken): Promise<string> => {
  const url = await emptyOn(server);
  // Roles are of the server, and have to be there.
  await sql(url, await readFile(new URL('roles.sql', import.meta.url), 'utf8'));
  const place = await open(url);
  const by = writer();
  await place.begin(by, meta);
  await restoreRest(place, meta, vault, by);
  await place.end(by);
  return url;
};
