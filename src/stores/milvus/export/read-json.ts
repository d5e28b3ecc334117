import type { Sink } from '../../../domain/data.ts';
import { DrError, isDrError } from '../../../domain/errors.ts';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import type { Snapshot, Work } from '../../port.ts';
import { heldFields } from '../catalog/types.ts';
import { interrupted } from '../connection/failure.ts';
import type { Chunk, Definition, Field, Meta } from '../meta.ts';
import { writeParquet } from '../rows/parquet.ts';
import { algorithm, type RowSum, rowSum } from '../rows/row-sum.ts';
import type { Page, Value } from '../rows/values.ts';
import { parseRow, readValue } from './json-values.ts';
import { jsonFormat } from './write-json.ts';

const pageBytes = 4 << 20;

const linesOf = async function* (data: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const piece of data) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
};

interface Open {
  definition: Definition;
  fields: readonly Field[];
  sum: RowSum;
  chunks: Chunk[];
  at: number;
}

const flush = async (
  { fields, sum, chunks, at }: Open,
  partition: string | null,
  lines: string[],
  to: Sink,
): Promise<void> => {
  if (lines.length === 0) return;
  const rows = lines.splice(0).map((line) => (parseRow(line) as { row: Record<string, unknown> }).row);
  const columns = new Map(
    fields.map((field): [string, Value[]] => [field.name, rows.map((row) => readValue(field, row[field.name]))]),
  );
  const page: Page = { rows: rows.length, columns, bytes: 0 };
  sum.add(page);
  const one = async function* (): AsyncIterable<Page> {
    yield page;
  };
  const { bytes } = await to.write(`data/${at}/${chunks.length}`, writeParquet(fields, one()));
  chunks.push({ partition, rows: rows.length, bytes });
};

const strange = (says: string): DrError =>
  new DrError(
    'bad-input',
    `not a document of ${jsonFormat}: ${says}`,
    'give a file that dr export --format json wrote, as it is',
  );

/**
 * A document of `writeJson` as a set again: what it holds is proven and restored like any other. Line by line, in the memory
 * of one stream.
 * @throws DrError `bad-input` when it is no such document, or not whole; `interrupted`
 */
export const readJson = async (data: AsyncIterable<Uint8Array>, to: Sink, work: Work): Promise<Snapshot<Meta>> => {
  const from = new Date().toISOString();
  const collections: Meta['collections'][number][] = [];
  const prints: [string, ObjectPrint][] = [];
  let version: string | null = null;
  let open: Open | null = null;
  let isWhole = false;
  const waiting: string[] = [];
  let partition: string | null = null;
  let weight = 0;
  const close = async (): Promise<void> => {
    if (open === null) return;
    await flush(open, partition, waiting, to);
    collections.push({ ...open.definition, chunks: open.chunks });
    prints.push([open.definition.name, open.sum.print()]);
    open = null;
  };
  const begin = (line: string): Open => {
    const { definition } = JSON.parse(`${line}]}`) as { definition: Definition };
    const fields = heldFields(definition);
    return { definition, fields, sum: rowSum(definition), chunks: [], at: collections.length };
  };
  const take = async (line: string): Promise<void> => {
    if (version === null) {
      const head = JSON.parse(`${line}]}`) as { format?: string; version?: string };
      if (head.format !== jsonFormat || head.version === undefined) throw strange('the first line does not say so');
      version = head.version;
    } else if (line.startsWith('{"definition":')) open = begin(line);
    else if (line.startsWith('{"partition":')) {
      if (open === null) throw strange('a row of no collection');
      const text = line.endsWith(',') ? line.slice(0, -1) : line;
      const end = text.indexOf(',"row":');
      const next = JSON.parse(text.slice('{"partition":'.length, end)) as string | null;
      if (next !== partition || weight + text.length > pageBytes) {
        await flush(open, partition, waiting, to);
        weight = 0;
      }
      partition = next;
      weight += text.length;
      waiting.push(text);
    } else if (/^\]\},?$/.test(line)) {
      if (open === null) isWhole = true;
      else await close();
    } else if (line !== '' && line !== ',') throw strange('a line of no kind');
  };
  try {
    for await (const line of linesOf(data)) {
      if (work.signal.aborted) throw interrupted();
      await take(line);
    }
  } catch (error) {
    throw isDrError(error) ? error : strange((error as Error).message);
  }
  if (!isWhole || version === null) throw strange('its end is missing');
  return {
    consistency: { kind: 'fuzzy', from, to: new Date().toISOString() },
    meta: { version, collections },
    fingerprint: { algorithm, objects: Object.fromEntries(prints) },
    leftOut: [],
  };
};
