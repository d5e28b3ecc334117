import type { Selection, Sink } from '../../../domain/data.ts';
import { DrError } from '../../../domain/errors.ts';
import { selectNames } from '../../../domain/filter.ts';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import type { Snapshot } from '../../port.ts';
import { countRows, listCollections, readDefinitions, withCanaries } from '../catalog/read-catalog.ts';
import { heldFields, refuseUnknownTypes } from '../catalog/types.ts';
import { describeAddress } from '../connection/address.ts';
import { readClock } from '../connection/clock.ts';
import type { Operation } from '../connection/session.ts';
import { type Chunk, type Definition, defaultPartition, isKeyed, type Meta } from '../meta.ts';
import { writeParquet } from '../rows/parquet.ts';
import { readPages, whileLoaded } from '../rows/read-pages.ts';
import { algorithm, type RowSum, rowSum } from '../rows/row-sum.ts';
import { cutPage, type Page } from '../rows/values.ts';
import { refuseParts } from '../selection.ts';
import { notHeld } from './not-held.ts';

/** A stream holds about so much: what one unit restores, from memory. */
const chunkBytes = 8 << 20;
const chunkRows = 65_536;
/** The first ones are small: of a small collection, too, those that are in hand at any time are a small part. */
const smallChunks = 64;
const smallBytes = 1 << 20;

/** Pages as they are, or in pieces that are a chunk each while those are small. */
const pieces = async function* (pages: AsyncIterable<Page>, areSmall: () => boolean): AsyncGenerator<Page> {
  for await (const page of pages) yield* areSmall() ? cutPage(page, smallBytes) : [page];
};

/** The pages of one chunk: as many as are there and fit. */
const upTo = async function* (
  first: Page,
  rest: AsyncIterator<Page>,
  taken: (page: Page) => boolean,
): AsyncIterable<Page> {
  for (let page: Page | null = first; page !== null; ) {
    const goesOn = taken(page);
    yield page;
    if (!goesOn) return;
    const next: IteratorResult<Page> = await rest.next();
    page = next.done ? null : next.value;
  }
};

interface Progress {
  bytes: number;
}

/** Rows of one partition as streams, and into the sum, from the same answers. */
const takeRows = async (
  operation: Operation,
  definition: Definition,
  partition: string | null,
  to: { sink: Sink; at: number; chunks: Chunk[]; sum: RowSum; progress: Progress },
): Promise<void> => {
  const { work } = operation.session;
  const says = `backing up ${JSON.stringify(definition.name)}`;
  const areSmall = (): boolean => to.chunks.length < smallChunks;
  const pages = pieces(readPages(operation, definition, partition), areSmall);
  for (let first = await pages.next(); !first.done; first = await pages.next()) {
    let rows = 0;
    let bytes = 0;
    let weight = 0;
    const chunk = upTo(first.value, pages, (page) => {
      operation.goOn();
      to.sum.add(page);
      rows += page.rows;
      weight += page.bytes;
      return !areSmall() && weight + page.bytes <= chunkBytes && rows < chunkRows;
    });
    const counted = async function* (): AsyncIterable<Uint8Array> {
      for await (const piece of writeParquet(heldFields(definition), chunk)) {
        operation.goOn();
        bytes += piece.length;
        to.progress.bytes += piece.length;
        work.beat({ says, bytes: to.progress.bytes, totalBytes: null });
        yield piece;
      }
    };
    await to.sink.write(`data/${to.at}/${to.chunks.length}`, counted());
    to.chunks.push({ partition, rows, bytes });
  }
};

/** Rows that the server counts and nobody is shown: Milvus keeps rows of one key side by side, and answers with one. */
const hidden = async (
  operation: Operation,
  { name }: Definition,
  before: number,
  { rows }: ObjectPrint,
): Promise<readonly string[]> => {
  const after = await countRows(operation, name);
  if (before !== after || rows >= after) return [];
  const twins = after - rows;
  return [
    `${twins === 1 ? 'a row' : `${twins} rows`} of ${JSON.stringify(name)} with the primary key of another row: Milvus shows one row of each key`,
  ];
};

/**
 * Definitions as they are, then rows in the order of primary keys with strong consistency. Milvus has no view of one moment over
 * many queries: what is written meanwhile is in the set or is not. Killed half-way, a collection that was not loaded may stay so.
 */
export const snapshot = async (operation: Operation, sink: Sink, selection: Selection): Promise<Snapshot<Meta>> => {
  const { version, address } = operation.session;
  refuseParts(selection);
  const names = await listCollections(operation);
  if (names.length === 0) {
    throw new DrError(
      'no-match',
      `nothing to back up: ${describeAddress(address)} has no collection`,
      'check that it is the right place',
    );
  }
  const definitions = await readDefinitions(operation, withCanaries(selectNames(names, selection), names));
  refuseUnknownTypes(definitions, version);
  const from = await readClock(operation);
  const progress: Progress = { bytes: 0 };
  const collections: Meta['collections'][number][] = [];
  const prints: [string, ObjectPrint][] = [];
  const leftOut: string[] = [];
  for (const [at, { outside, ...definition }] of definitions.entries()) {
    const chunks: Chunk[] = [];
    const sum = rowSum(definition);
    const partitions = isKeyed(definition) ? [null] : [defaultPartition, ...definition.partitions];
    await whileLoaded(operation, definition.name, async () => {
      const before = await countRows(operation, definition.name);
      for (const partition of partitions) {
        await takeRows(operation, definition, partition, { sink, at, chunks, sum, progress });
      }
      leftOut.push(...(await hidden(operation, definition, before, sum.print())));
    });
    prints.push([definition.name, sum.print()]);
    collections.push({ ...definition, chunks });
    leftOut.push(...notHeld(definition, outside));
  }
  operation.session.work.beat({ says: 'backed up', bytes: progress.bytes, totalBytes: progress.bytes });
  return {
    consistency: { kind: 'fuzzy', from: from.at, to: (await readClock(operation)).at },
    meta: { version, collections },
    fingerprint: { algorithm, objects: Object.fromEntries(prints) },
    leftOut,
  };
};
