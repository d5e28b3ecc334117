import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Source } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import type { Applied, Writer } from '../port.ts';
import { analyzedTogether, groupsOf } from './groups.ts';
import { enterUnit, noteUnit } from './ledger.ts';
import { makeEntries } from './make-entries.ts';
import type { EntryMeta, PostgresMeta, TableMeta } from './meta.ts';
import { ident, literal, qualified } from './quote.ts';
import { isAllIn } from './selection.ts';
import type { Session } from './session.ts';
import type { PostgresUnit } from './units.ts';

type Done = Pick<Applied, 'rows' | 'bytes'>;

/** Loads one stream with one COPY. @throws DrError `damaged` when it holds more or less than the set says */
const load = async (
  session: Session,
  client: Client,
  unit: PostgresUnit,
  into: string,
  { format, parts, object }: TableMeta,
  from: Source,
): Promise<Done> => {
  let bytes = 0;
  const pieces = async function* (): AsyncIterable<Uint8Array> {
    for await (const piece of from.read(unit.id)) {
      bytes += piece.length;
      session.work.beat({ says: unit.says, bytes, totalBytes: unit.bytes });
      yield piece;
    }
  };
  const copy = client.query(copyFrom(`COPY ${into} FROM STDIN (FORMAT ${format})`));
  await pipeline(Readable.from(pieces(), { objectMode: false }), copy);
  const [expectedBytes, expected] = parts[Number(unit.id.split('/')[2])]!;
  if (copy.rowCount === expected && bytes === expectedBytes) return { rows: expected, bytes };
  throw new DrError(
    'damaged',
    `stream ${unit.id} of table ${object}: expected ${expected} rows in ${expectedBytes} bytes, found ${copy.rowCount} in ${bytes}`,
    'restore another set',
  );
};

/** Pages go through a table of this transaction into the large objects that the schema stage made. */
const loadPages = async (
  session: Session,
  client: Client,
  unit: PostgresUnit,
  meta: PostgresMeta,
  table: TableMeta,
  from: Source,
): Promise<Done> => {
  await client.query('CREATE TEMPORARY TABLE dr_pages (loid oid, pageno int4, data bytea) ON COMMIT DROP');
  const done = await load(session, client, unit, 'pg_temp.dr_pages', table, from);
  await client.query(`SELECT count(lo_put(loid, pageno::int8 * $1, data)) FROM pg_temp.dr_pages`, [
    meta.server.blockBytes / 4,
  ]);
  return done;
};

const setSequences = async (
  client: Client,
  meta: PostgresMeta,
  isWanted: (owner: number) => boolean,
): Promise<void> => {
  for (const { owner, value, isCalled, ...name } of meta.sequences) {
    if (owner !== null && !isWanted(owner)) continue;
    await client.query('SELECT setval($1::regclass, $2, $3)', [qualified(name), value, isCalled]);
  }
};

/** The server quotes the values itself: `FROM CURRENT` takes what this session has. */
const setSettings = async (client: Client, meta: PostgresMeta): Promise<void> => {
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  const database = ident(rows[0]!.name);
  for (const { role, name, value } of meta.settings) {
    const whose = role === null ? `DATABASE ${database}` : `ROLE ${ident(role)} IN DATABASE ${database}`;
    await client.query(`SELECT set_config(${literal(name)}, ${literal(value)}, true)`);
    await client.query(`ALTER ${whose} SET ${name.split('.').map(ident).join('.')} FROM CURRENT`);
  }
};

/** What a unit makes, in the order of the archive, comments and rights included. */
const entriesOf = (unit: PostgresUnit, meta: PostgresMeta): EntryMeta[] => {
  const only = unit.only === undefined ? undefined : new Set(unit.only);
  const wanted = meta.entries.filter(({ needs }) => only === undefined || isAllIn(needs, only));
  const [stage, kind, id] = unit.id.split('/');
  if (stage === 'schema') return wanted.filter((entry) => entry.unit === 'schema');
  if (kind === 'refresh') return wanted.filter((entry) => entry.with === Number(id));
  const grouped = stage === 'index' ? (['index', kind] as const) : kind === 'key' ? (['key', id] as const) : null;
  if (grouped === null) return wanted.filter((entry) => entry.unit === kind);
  const [name, first] = grouped;
  const hosts = new Set(
    groupsOf(meta, name)
      .find(([host]) => host!.id === Number(first))
      ?.map((host) => host.id),
  );
  return wanted.filter((entry) => hosts.has(entry.with));
};

/** Other units load rows, set sequences and settings, or analyze. */
const isMadeOfEntries = ({ id }: PostgresUnit): boolean =>
  !/^(data|finish\/(sequences|settings|analyze))(\/|$)/.test(id);

const apply = async (
  session: Session,
  client: Client,
  unit: PostgresUnit,
  meta: PostgresMeta,
  from: Source,
): Promise<Done> => {
  const [stage, kind, n] = unit.id.split('/');
  if (stage === 'data') {
    const table = meta.tables[Number(kind)]!;
    if (table.kind === 'large-objects') return loadPages(session, client, unit, meta, table, from);
    const columns = table.columns.length === 0 ? '' : ` (${table.columns.map(ident).join(', ')})`;
    return load(session, client, unit, `${qualified(table)}${columns}`, table, from);
  }
  const nothing = { rows: 0, bytes: 0 };
  if (kind === 'sequences') {
    const only = unit.only === undefined ? undefined : new Set(unit.only);
    await setSequences(client, meta, (owner) => only?.has(owner) ?? true);
    return nothing;
  }
  if (kind === 'settings') {
    await setSettings(client, meta);
    return nothing;
  }
  if (kind === 'analyze') {
    const group = analyzedTogether(meta).find(([first]) => first === Number(n)) ?? [];
    const wanted = group.filter((position) => unit.only?.includes(position) ?? true);
    await client.query(`ANALYZE ${wanted.map((position) => qualified(meta.tables[position]!)).join(', ')}`);
    return nothing;
  }
  const entries = entriesOf(unit, meta);
  const bytes = await makeEntries(session, client, meta, from, entries);
  const [first] = entries;
  if (kind === 'refresh' && first)
    await client.query(`ANALYZE ${qualified({ schema: first.schema, name: first.tag })}`);
  return { rows: 0, bytes };
};

/**
 * Applies one unit in one transaction with its ledger row: killed at any point, it leaves neither. A commit whose answer is
 * lost is found in the ledger by the next attempt.
 */
export const restore = (
  session: Session,
  unit: PostgresUnit,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
): Promise<Applied> =>
  session.run(
    unit.says,
    async ({ client }) => {
      session.work.beat({ says: unit.says, bytes: 0, totalBytes: unit.bytes });
      await client.query('BEGIN');
      if (!(await enterUnit(client, by, unit.id))) {
        await client.query('ROLLBACK');
        return { wasApplied: false, rows: 0, bytes: 0 };
      }
      const done = await apply(session, client, unit, meta, from);
      await noteUnit(client, unit.id, done.rows, done.bytes);
      await client.query('COMMIT');
      return { wasApplied: true, ...done };
    },
    { isChanged: isMadeOfEntries(unit) },
  );
