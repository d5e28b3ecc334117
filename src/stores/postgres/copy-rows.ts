import type { Sink } from '../../domain/data.ts';
import { copyOut } from './copy-out.ts';
import { failureOf } from './failure.ts';
import type { Tally } from './fingerprint.ts';
import { ident } from './quote.ts';
import type { Session } from './session.ts';
import { cutTables, formatOf, isCopied, type Part, selectRows, type Table } from './tables.ts';
import { orStop } from './together.ts';
import { type View, workOff } from './view.ts';

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
  await workOff(view, session.work.parallel, parts, 'copying rows', async (client, part) => {
    const table = tables[part.position]!;
    const copied = Promise.withResolvers<void>();
    const rows = async function* (): AsyncIterable<Uint8Array> {
      for await (const chunk of copyOut(client, copySql(table, part))) {
        bytes += chunk.length;
        session.work.beat({ says: `backing up ${table.object}`, bytes, totalBytes: Math.max(bytes, totalBytes) });
        yield chunk;
      }
      copied.resolve();
    };
    const [written, count] = await Promise.all([
      orStop(view.signal, to.write(streamOf(part.position, part.n), rows())),
      copied.promise.then(() => tally.add(client, part)),
    ]).catch((error: unknown) => {
      throw view.signal.aborted ? error : failureOf(error, `copying rows of ${table.object}`);
    });
    sizes[part.position]![part.n] = [written.bytes, count];
  });
  return sizes;
};
