import type { Client } from 'pg';
import type { Sink, Written } from '../../../domain/data.ts';
import { orStop } from '../../together.ts';
import { cutTables, formatOf, handfuls, isCopied, type Part, selectRows, type Table } from '../catalog/tables.ts';
import { type View, workOff } from '../catalog/view.ts';
import { failureOf } from '../connection/failure.ts';
import { ident } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import type { Tally } from '../fingerprint.ts';
import { copyOut } from './copy-out.ts';

/** Name of the stream of a part, and id of the unit that reads it. */
export const streamOf = (position: number, part: number): string => `data/${position}/${part}`;

/** `[plain bytes, rows]`. */
type Size = readonly [bytes: number, rows: number];

const copySql = (table: Table, part: Part): string => {
  const columns = table.columns.filter(isCopied).map(({ name }) => ident(name));
  return `COPY (${selectRows(table, columns.join(', '), part)}) TO STDOUT (FORMAT ${formatOf(table)})`;
};

/**
 * Writes the rows of the tables, a stream per range of blocks, and adds each range to the fingerprint once it has left the
 * server: it is in the server's cache then, and hashing goes on while the vault still works on the bytes.
 * @returns the sizes of the parts, by table
 */
export const copyRows = async (
  session: Session,
  view: View,
  tables: readonly Table[],
  to: Sink,
  tally: Tally,
): Promise<Size[][]> => {
  const parts = cutTables(tables, new Set(tables.keys()));
  const sizes: Size[][] = tables.map(() => []);
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  let bytes = 0;
  const copy = (client: Client, part: Part): { left: Promise<void>; written: Promise<Written> } => {
    const table = tables[part.position]!;
    const left = Promise.withResolvers<void>();
    const rows = async function* (): AsyncIterable<Uint8Array> {
      for await (const chunk of copyOut(client, copySql(table, part))) {
        bytes += chunk.length;
        session.work.beat({ says: `backing up ${table.object}`, bytes, totalBytes: Math.max(bytes, totalBytes) });
        yield chunk;
      }
      left.resolve();
    };
    const written = orStop(view.signal, to.write(streamOf(part.position, part.n), rows()));
    written.catch(left.reject);
    return { left: left.promise, written };
  };
  await workOff(view, session.work.parallel, handfuls(parts), 'copying rows', async (client, some) => {
    const writing: Promise<Written>[] = [];
    for (const part of some) {
      const fail = (error: unknown): never => {
        throw view.signal.aborted ? error : failureOf(error, `copying rows of ${tables[part.position]!.object}`);
      };
      const { left, written } = copy(client, part);
      const named = written.catch(fail);
      named.catch(() => {});
      writing.push(named);
      await left.catch(fail);
    }
    const [counts, ...written] = await Promise.all([tally.add(client, some), ...writing]);
    for (const [n, part] of some.entries()) sizes[part.position]![part.n] = [written[n]!.bytes, counts[n]!];
  });
  return sizes;
};
