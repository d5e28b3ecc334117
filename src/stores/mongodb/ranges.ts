import type { Document } from 'mongodb';
import { rawField, readOrdered, writeOrdered } from './bson/ordered.ts';
import { failureOf } from './connection/failure.ts';
import type { Namespace, Session } from './connection/session.ts';

/** Raw documents `{_id}`: the range begins with `from` and ends before `to`; null: with the first, after the last. */
export interface Range {
  from: Uint8Array | null;
  to: Uint8Array | null;
}

const everything: readonly Range[] = [{ from: null, to: null }];

/** Candidates for each border: ranges differ little in size then. */
const samplesPerRange = 16;

/** A value that survives the way through JavaScript; others cannot be the border of a range. */
const isExact = (raw: Uint8Array): boolean => Buffer.compare(writeOrdered(readOrdered(raw)), raw) === 0;

/** Some servers put a collection in random order to sample it, and fail at that by chance. */
const mostDraws = 5;

/** `_id`s of some documents of a collection, in the server's order. */
const drawSample = async (
  session: Session,
  { database, collection }: Namespace,
  size: number,
  draws = mostDraws,
): Promise<Uint8Array[]> => {
  const pipeline = [{ $sample: { size } }, { $project: { _id: 1 } }, { $sort: { _id: 1 } }];
  const cursor = session.db(database).collection(collection).aggregate(pipeline, { raw: true, allowDiskUse: true });
  try {
    return (await cursor.toArray()) as unknown as Uint8Array[];
  } catch (error) {
    if (draws === 1 || failureOf(error, 'sampling').kind !== 'unexpected') throw error;
    return drawSample(session, { database, collection }, size, draws - 1);
  }
};

/**
 * Cuts a collection into ranges of `_id` of about the same size. `_id`s of every type are in exactly one: the server compares
 * them in the order of all types, the same way for both ends of a range.
 */
export const cutRanges = async (session: Session, of: Namespace, most: number): Promise<readonly Range[]> => {
  if (most <= 1) return everything;
  const samples = await drawSample(session, of, most * samplesPerRange);
  const borders = Array.from({ length: most - 1 }, (_, n) => samples[Math.floor(((n + 1) * samples.length) / most)])
    .filter((border) => border !== undefined)
    .filter((border, n, all) => isExact(border) && (n === 0 || Buffer.compare(border, all[n - 1]!) !== 0));
  return [null, ...borders].map((from, n) => ({ from, to: borders[n] ?? null }));
};

const idOf = (raw: Uint8Array): unknown => (rawField(raw, '_id') === null ? null : readOrdered(raw).get('_id'));

/**
 * The filter of a range. `$expr` compares values of different types; plain `$gte` and `$lt` would pass over those of another
 * type than the border.
 */
export const rangeFilter = ({ from, to }: Range): Document => {
  const ends = [
    ...(from === null ? [] : [{ $gte: ['$_id', { $literal: idOf(from) }] }]),
    ...(to === null ? [] : [{ $lt: ['$_id', { $literal: idOf(to) }] }]),
  ];
  return ends.length === 0 ? {} : { $expr: { $and: ends } };
};
