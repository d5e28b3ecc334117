import type { Filter, Source } from '../../../domain/data.ts';
import type { Work } from '../../port.ts';
import { heldFields } from '../catalog/types.ts';
import { interrupted } from '../connection/failure.ts';
import type { Meta } from '../meta.ts';
import { readParquet } from '../rows/parquet.ts';
import { selectedOf } from '../selection.ts';
import { printValue } from './json-values.ts';

/** Names what the lines mean. */
export const jsonFormat = 'milvus-json-1';

const bytesOf = async (from: Source, name: string): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of from.read(name)) pieces.push(piece);
  return Buffer.concat(pieces);
};

/**
 * A set as one JSON document, one row a line: definitions as the server describes them, rows as objects by field. Needs no
 * server; holds one stream of the set in memory.
 */
export const writeJson = async function* (
  meta: Meta,
  from: Source,
  filter: Filter,
  work: Work,
): AsyncIterable<Uint8Array> {
  const head = { format: jsonFormat, version: meta.version };
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"collections":[\n`);
  for (const [at, collection] of selectedOf(meta, filter).entries()) {
    const { chunks, ...definition } = collection;
    const n = meta.collections.indexOf(collection);
    yield Buffer.from(`${at === 0 ? '' : ',\n'}${JSON.stringify({ definition }).slice(0, -1)},"rows":[`);
    const fields = heldFields(collection);
    let isFirst = true;
    for (const [c, { partition }] of chunks.entries()) {
      if (work.signal.aborted) throw interrupted();
      const { rows, columns } = await readParquet(fields, await bytesOf(from, `data/${n}/${c}`));
      const lines = Array.from({ length: rows }, (_, row) => {
        const members = fields.map(
          (field) => `${JSON.stringify(field.name)}:${printValue(field, columns.get(field.name)![row]!)}`,
        );
        return `{"partition":${JSON.stringify(partition)},"row":{${members.join(',')}}}`;
      });
      yield Buffer.from(`${isFirst ? '\n' : ',\n'}${lines.join(',\n')}`);
      isFirst = false;
    }
    yield Buffer.from('\n]}');
  }
  yield Buffer.from('\n]}\n');
};
