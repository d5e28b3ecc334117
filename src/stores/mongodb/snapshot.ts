import type { Selection, Sink } from '../../domain/data.ts';
import { addPrints, type ObjectPrint } from '../../domain/fingerprint.ts';
import type { Snapshot } from '../port.ts';
import { forEach } from '../together.ts';
import { algorithm, newDigest } from './bson/digest.ts';
import { listCollections, toBase64 } from './catalog.ts';
import { type Chosen, choose, compareLists } from './choose.ts';
import { readClock } from './clock.ts';
import type { Session } from './connection/session.ts';
import { type Copied, copyRange } from './copy-range.ts';
import { documentsIn } from './documents-in.ts';
import { type Meta, type MetaCollection, metadataStream, partStream } from './meta.ts';
import { metadataJson } from './metadata-json.ts';
import { cutRanges, type Range } from './ranges.ts';
import { readDocuments } from './read-documents.ts';
import { refuseParts } from './selection.ts';

/** How the documents of a collection are cut. */
export interface Cuts {
  /** A part is closed when it has so many bytes: while it is loaded it is kept in memory. */
  partBytes: number;
  /** Larger collections are read by several readers. */
  rangeBytes: number;
}

const rangeBytes = 32 << 20;
const leastPartBytes = 1 << 20;
const mostPartBytes = 8 << 20;

/** 64 parts of a small set: what a worker that dies has in hand is done again, and that should be little of it. */
const usualCuts = (bytes: number): Cuts => ({
  partBytes: Math.min(mostPartBytes, Math.max(leastPartBytes, bytes / 64)),
  rangeBytes,
});

const mostRanges = 64;

interface Piece {
  at: number;
  of: Chosen;
  /** Its place within the collection. */
  n: number;
  range: Range;
}

const once = async function* (bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
};

const isCapped = ({ options }: Chosen): boolean => options.has('capped');

const cutPieces = async (session: Session, chosen: readonly Chosen[], cuts: Cuts): Promise<Piece[]> => {
  const pieces: Piece[] = [];
  for (const [at, of] of chosen.entries()) {
    if (of.type === 'view') continue;
    const isWhole = isCapped(of) || of.type === 'timeseries';
    const most = isWhole ? 1 : Math.min(mostRanges, Math.ceil(of.size.bytes / cuts.rangeBytes));
    const ranges = await cutRanges(session, of, most);
    pieces.push(...ranges.map((range, n) => ({ at, of, n, range })));
  }
  return pieces;
};

const leftOut = (session: Session): string[] => [
  'users and roles: they belong to the server',
  ...(session.server.isSharded ? ['how collections are sharded: they come back in one piece'] : []),
];

/**
 * Takes the selected collections, ranges of large ones side by side. Every document is as it was at some moment between the
 * two instants, and the fingerprint is that of the documents in the set.
 */
export const snapshot = async (
  session: Session,
  to: Sink,
  selection: Selection,
  given?: Cuts,
): Promise<Snapshot<Meta>> => {
  refuseParts(selection);
  const { clock: from } = await readClock(session);
  const { listed, chosen } = await session.run('looking at the collections', async () => {
    const all = await listCollections(session);
    return { listed: all, chosen: await choose(session, all, selection) };
  });
  const estimated = chosen.reduce((sum, { size }) => sum + size.bytes, 0);
  const cuts = given ?? usualCuts(estimated);
  let done = 0;
  const beat = (says: string, bytes: number): void => {
    done += bytes;
    session.work.beat({ says, bytes: done, totalBytes: Math.max(estimated, done) });
  };

  const copied = await session.run('backing up', async (signal) => {
    const ranges = new Map<Piece, Copied>();
    const pieces = await cutPieces(session, chosen, cuts);
    await forEach(pieces, session.work.parallel, signal, async (piece, stop) => {
      const { at, of, n, range } = piece;
      const documents = readDocuments(session, documentsIn(of), of.size, range, isCapped(of), stop);
      const written = (bytes: number): void => beat(`backing up ${JSON.stringify(of.name)}`, bytes);
      const stream = (part: number): string => partStream(at, n, part);
      ranges.set(piece, await copyRange(documents, to, stream, cuts.partBytes, written));
    });
    for (const [at, of] of chosen.entries()) await to.write(metadataStream(at), once(metadataJson(of, of.indexes)));
    return chosen.map((_, at): Copied => {
      const own = pieces.filter((piece) => piece.at === at).map((piece) => ranges.get(piece)!);
      const print = own.reduce((sum, one) => addPrints(sum, one.print), newDigest().print());
      return { parts: own.flatMap(({ parts }) => parts), print };
    });
  });
  const made = await session.run('looking at the collections', () => compareLists(session, listed, chosen));
  const { clock: until } = await readClock(session);
  beat('backed up', 0);

  const prints = chosen.flatMap(({ name, type }, n): [string, ObjectPrint][] =>
    type === 'view' ? [] : [[name, copied[n]!.print]],
  );
  return {
    consistency: { kind: 'fuzzy', from, to: until },
    meta: {
      version: session.server.version,
      database: session.address.database,
      collections: chosen.map((one, n) => ({
        name: one.name,
        type: one.type as MetaCollection['type'],
        options: toBase64(one.options),
        indexes: one.indexes.map(toBase64),
        isOrdered: isCapped(one),
        parts: copied[n]!.parts,
      })),
    },
    fingerprint: { algorithm, objects: Object.fromEntries(prints) },
    leftOut: [...leftOut(session), ...made],
  };
};
