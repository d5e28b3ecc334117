import type { Source } from '../../../domain/data.ts';
import { isDrError } from '../../../domain/errors.ts';
import { freeBytes } from '../../../domain/free-bytes.ts';
import { fullName } from '../catalog/read-catalog.ts';
import { heldFields } from '../catalog/types.ts';
import type { Message, Operation } from '../connection/session.ts';
import { type Chunk, type Definition, hasAutoIds } from '../meta.ts';
import { readParquet } from '../rows/parquet.ts';
import { cutPage, encodeColumn, type Page } from '../rows/values.ts';

/** Rows of one request: far below the 64 MB that a server takes. */
const batchBytes = 4 << 20;

/** All of a stream: rows are only understood from its end. */
export const readStream = async (
  operation: Operation,
  from: Source,
  name: string,
  passed: (bytes: number) => void,
): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of from.read(name)) {
    operation.goOn();
    pieces.push(piece);
    passed(piece.length);
  }
  return Buffer.concat(pieces);
};

/** Codes and words by which servers say that they make the primary keys themselves. */
const refusesIds = (error: unknown): boolean =>
  isDrError(error) && /auto ?id|number of fields|field.*(not expected|no need)/i.test(error.message);

/**
 * Puts rows of a stream into a collection, two requests at a time. `again` when some of them may be there already: they
 * are replaced by their keys then. Killed half-way, a part of them is there. The bytes are used up.
 */
export const loadRows = async (
  operation: Operation,
  definition: Definition,
  chunk: Chunk,
  bytes: Uint8Array,
  again: boolean,
): Promise<number> => {
  const fields = heldFields(definition);
  const page = await readParquet(fields, bytes);
  freeBytes(bytes);
  const send = async (batch: Page, taken: typeof fields): Promise<void> => {
    const message: Message = {
      collection_name: fullName(operation, definition.name),
      partition_name: chunk.partition ?? '',
      num_rows: batch.rows,
      fields_data: taken.map((field) => encodeColumn(field, batch.columns.get(field.name)!)),
    };
    operation.goOn();
    await operation.call(again ? 'Upsert' : 'Insert', message);
  };
  const withoutKey = fields.filter(({ is_primary_key }) => !is_primary_key);
  let taken = fields;
  const batches = cutPage(page, batchBytes)[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      const used = taken;
      await send(next.value, used).catch(async (error: unknown) => {
        if (!hasAutoIds(definition) || used === withoutKey || !refusesIds(error)) throw error;
        taken = withoutKey;
        await send(next.value, withoutKey);
      });
    }
  };
  await Promise.all([lane(), lane()]);
  return page.rows;
};
