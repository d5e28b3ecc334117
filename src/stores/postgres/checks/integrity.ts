import type { Client } from 'pg';
import type { IntegrityCheck } from '../../../domain/checks.ts';
import { type Found, green, red, unmeasured } from '../../found.ts';
import { codeOf } from '../connection/failure.ts';
import { keepTriggersQuiet } from '../connection/quietly.ts';
import type { Session } from '../connection/session.ts';
import { listFew, type Run } from './run.ts';

/** How long a lock is waited for where users work: behind us they wait too. */
const lockWait = `SET LOCAL lock_timeout = '3s'`;

interface Amcheck {
  /** Schema of its functions, quoted. */
  schema: string;
}

const about = `
  SELECT (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = 'amcheck') AS schema,
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck') AS "isAvailable",
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuper"`;

/**
 * The extension that reads pages and indexes, or why there is none. Where nobody works yet it is made for this transaction
 * alone: in service an open transaction that wrote would hold up vacuum.
 */
const prepare = async (client: Client, session: Session, isInService: boolean): Promise<Amcheck | string> => {
  const { rows } = await client.query<{ schema: string | null; isAvailable: boolean; isSuper: boolean }>(about);
  const { schema, isAvailable, isSuper } = rows[0]!;
  if (schema !== null) return { schema };
  if (!isAvailable) return 'the server has no extension amcheck: install its contrib package';
  if (isInService || !isSuper || session.server.isStandby) {
    return 'the extension amcheck is not installed in this database: CREATE EXTENSION amcheck';
  }
  await client.query(`${keepTriggersQuiet} CREATE SCHEMA dr_amcheck; CREATE EXTENSION amcheck SCHEMA dr_amcheck`);
  return { schema: 'dr_amcheck' };
};

interface Part {
  oid: string;
  name: string;
  kind: 'index' | 'heap';
  bytes: string;
}

/** Of the catalog too: without it nothing else can be read. */
const parts = `
  SELECT c.oid, c.oid::regclass::text AS name, CASE WHEN c.relkind = 'i' THEN 'index' ELSE 'heap' END AS kind,
    pg_relation_size(c.oid)::text AS bytes
  FROM pg_class c
  JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_index i ON i.indexrelid = c.oid
  WHERE c.relpersistence <> 't' AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery())
    AND ((c.relkind = 'i' AND am.amname = 'btree' AND i.indisvalid AND i.indisready)
      OR (c.relkind IN ('r', 'm', 't') AND am.amname = 'heap'))
    AND NOT c.relisshared
  ORDER BY c.relkind, c.oid`;

const callOf = ({ oid, kind }: Part, { schema }: Amcheck, isInService: boolean): string => {
  if (kind === 'heap') {
    return `SELECT min(msg) AS says, count(*)::int AS count FROM ${schema}.verify_heapam(relation => ${oid}, check_toast => true)`;
  }
  const verb = isInService ? 'bt_index_check' : 'bt_index_parent_check';
  return `SELECT NULL AS says, 0 AS count FROM ${schema}.${verb}(index => ${oid}, heapallindexed => true)`;
};

interface Tally {
  parts: number;
  damaged: string[];
  unread: string[];
}

const isGone = async (client: Client, { oid }: Part): Promise<boolean> =>
  (await client.query('SELECT FROM pg_class WHERE oid = $1', [oid])).rowCount === 0;

/** One part under a savepoint: what is damaged ends a statement, and must not end the others. */
const look = async (client: Client, part: Part, call: string, tally: Tally): Promise<void> => {
  await client.query('SAVEPOINT part');
  try {
    const { rows } = await client.query<{ says: string | null; count: number }>(call);
    const [row] = rows;
    if (row !== undefined && row.count > 0) tally.damaged.push(`${part.name}: ${row.says} (${row.count} in all)`);
  } catch (error) {
    const code = codeOf(error);
    const isTold = code !== null && error instanceof Error;
    if (!isTold || /^(08|57P|53)/.test(code)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT part');
    if (/^XX/.test(code)) {
      if (!(await isGone(client, part))) tally.damaged.push(`${part.name}: ${error.message}`);
    } else if (code !== '42P01') tally.unread.push(`${part.name}: ${error.message}`);
  }
  await client.query('RELEASE SAVEPOINT part');
  tally.parts += 1;
};

const structures: Run<IntegrityCheck> = async ({ client, session, options }) => {
  const says = 'every table page is whole, and every index entry fits its row';
  const expected = 'no damage';
  const amcheck = await prepare(client, session, options.isInService);
  if (typeof amcheck === 'string') return [{ ...unmeasured(expected, amcheck), says }];
  if (options.isInService) await client.query(lockWait);
  const { rows } = await client.query<Part>(parts);
  const totalBytes = rows.reduce((sum, part) => sum + Number(part.bytes), 0);
  const tally: Tally = { parts: 0, damaged: [], unread: [] };
  let bytes = 0;
  for (const part of rows) {
    session.work.beat({ says: `checking ${part.name}`, bytes, totalBytes });
    await look(client, part, callOf(part, amcheck, options.isInService), tally);
    bytes += Number(part.bytes);
  }
  if (tally.damaged.length > 0) return [{ ...red(expected, listFew(tally.damaged, '; ')), says }];
  if (tally.unread.length > 0) return [{ ...unmeasured(expected, listFew(tally.unread, '; ')), says }];
  return [{ ...green(expected, `${tally.parts} tables and indexes read`), says }];
};

/** What the server itself noticed while it read pages. */
const checksums: Run<IntegrityCheck> = async ({ client }) => {
  const says = 'pages carry checksums, and none was wrong';
  const { rows } = await client.query<{ isOn: boolean; failures: string }>(
    `SELECT current_setting('data_checksums')::bool AS "isOn",
      (SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database())::text AS failures`,
  );
  const { isOn, failures } = rows[0]!;
  const expected = '0 failures';
  if (!isOn) {
    const found = 'the server was made without data checksums: it does not notice pages that change on its disk';
    return [{ ...unmeasured(expected, found), says }];
  }
  const found = failures === '1' ? '1 failure' : `${failures} failures`;
  return [{ ...(failures === '0' ? green(expected, found) : red(expected, found)), says }];
};

/** Every page of every table and index, by `amcheck`; then what page checksums have shown. */
export const integrity: Run<IntegrityCheck> = async (at, check): Promise<Found[]> => [
  ...(await structures(at, check)),
  ...(await checksums(at, check)),
];
