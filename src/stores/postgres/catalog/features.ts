import type { Client } from 'pg';
import { DrError } from '../../../domain/errors.ts';
import { tryOut } from '../connection/try-out.ts';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { isUsers } from './catalog.ts';

/** What a server has only when it was built with it. */
export type Feature = 'xml' | 'lz4';

/** Which of them columns of the database need. */
export const readFeatures = async (client: Client): Promise<Feature[]> => {
  const { rows } = await client.query<{ xml: boolean | null; lz4: boolean | null }>(
    `SELECT bool_or(coalesce(nullif(t.typbasetype, 0), t.oid) IN ('xml'::regtype, 'xml[]'::regtype)) AS xml, bool_or(a.attcompression = 'l') AS lz4
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
      WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${isUsers('n.nspname')}`,
  );
  const { xml, lz4 } = rows[0]!;
  return [...(xml ? (['xml'] as const) : []), ...(lz4 ? (['lz4'] as const) : [])];
};

/** Tries a statement and takes it back. @returns what the server said against it, null when it did not */
const tried = async (client: Client, sql: string): Promise<string | null> => {
  const found = await tryOut(client, () => client.query(sql));
  return 'refused' in found ? found.refused : null;
};

const uses: Readonly<Record<Feature, readonly [name: string, probe: string, instead: string]>> = {
  xml: ['XML values (built without libxml)', `SELECT '<a/>'::pg_catalog.xml`, 'use a server that is built with libxml'],
  lz4: [
    'compression by lz4 (built without it)',
    'CREATE TEMPORARY TABLE dr_runbooks_probe (a text COMPRESSION lz4)',
    'use a server that is built with lz4',
  ],
};

/** What comes last in a restore and only some logins may make: who may is for the server to say. */
const made: readonly (readonly [kind: string, what: string, probe: string])[] = [
  [
    'EVENT TRIGGER',
    'event triggers',
    `CREATE FUNCTION dr_runbooks.probe() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER dr_runbooks_probe ON sql_drop EXECUTE FUNCTION dr_runbooks.probe()`,
  ],
  ['PUBLICATION', 'publications', 'CREATE PUBLICATION dr_runbooks_probe'],
  [
    'SUBSCRIPTION',
    'subscriptions',
    `CREATE SUBSCRIPTION dr_runbooks_probe CONNECTION 'dbname=nowhere' PUBLICATION none WITH (connect = false, slot_name = NONE)`,
  ],
];

/**
 * In the open transaction, which it leaves as it was: refuses a server that was built without what the set needs, and a login
 * that would be stopped once everything else is there.
 * @throws DrError `not-supported`, `no-permission`
 */
export const refuseFeatures = async (
  client: Client,
  { features = [] }: PostgresMeta,
  entries: readonly EntryMeta[],
  where: string,
): Promise<void> => {
  for (const feature of features) {
    const [name, probe, instead] = uses[feature];
    if ((await tried(client, probe)) !== null) {
      throw new DrError('not-supported', `the server of ${where} cannot hold ${name}, and the set does`, instead);
    }
  }
  const denied: string[] = [];
  for (const [kind, what, probe] of made) {
    if (!entries.some((entry) => entry.kind === kind)) continue;
    const why = await tried(client, probe);
    if (why !== null) denied.push(`${what} (${why})`);
  }
  if (denied.length === 0) return;
  throw new DrError(
    'no-permission',
    `this login may not make what the set holds in ${where}: ${denied.join('; ')}`,
    'restore as a superuser, or leave these out by restoring some tables (--only)',
  );
};
