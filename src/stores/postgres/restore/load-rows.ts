import { once } from 'node:events';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { RestoreSelection, Source } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import type { Applied, Unit } from '../../port.ts';
import { ident, qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import type { PostgresMeta, TableMeta } from '../meta.ts';
import { withoutTriggers } from './quiet-triggers.ts';

/** What a unit has done. */
export type Done = Pick<Applied, 'rows' | 'bytes'>;

/** Loads one stream with one COPY. @throws DrError `damaged` when it holds more or less than the set says */
const load = async (
  session: Session,
  client: Client,
  unit: Unit,
  into: string,
  { format, parts, object }: TableMeta,
  from: Source,
): Promise<Done> => {
  let bytes = 0;
  const copy = client.query(copyFrom(`COPY ${into} FROM STDIN (FORMAT ${format})`));
  // Only what ends the copy ends these waits; a source that fails leaves a connection that is dropped.
  const ended = once(copy, 'finish');
  ended.catch(() => {});
  for await (const piece of from.read(unit.id)) {
    bytes += piece.length;
    session.work.beat({ says: unit.says, bytes, totalBytes: unit.bytes });
    const sent = new Promise<void>((resolve) => copy.write(piece, () => resolve()));
    await Promise.race([sent, ended]);
    from.give?.(piece);
  }
  copy.end();
  await ended;
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
  unit: Unit,
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

/** Loads the stream that a unit of the data stage names. @throws DrError `damaged` */
export const loadRows = (
  session: Session,
  client: Client,
  unit: Unit,
  meta: PostgresMeta,
  from: Source,
  { parts }: RestoreSelection = {},
): Promise<Done> => {
  const table = meta.tables[Number(unit.id.split('/')[1])]!;
  if (table.kind === 'large-objects') return loadPages(session, client, unit, meta, table, from);
  const columns = table.columns.length === 0 ? '' : ` (${table.columns.map(ident).join(', ')})`;
  const copy = (): Promise<Done> => load(session, client, unit, `${qualified(table)}${columns}`, table, from);
  return parts === 'data' ? withoutTriggers(client, table, copy) : copy();
};
