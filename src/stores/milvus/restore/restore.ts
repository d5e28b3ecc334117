import type { Source } from '../../../domain/data.ts';
import { DrError, isDrError } from '../../../domain/errors.ts';
import type { Applied, Unit, Writer } from '../../port.ts';
import { refuseForeign } from '../../refuse-foreign.ts';
import { describeAddress } from '../connection/address.ts';
import type { Operation } from '../connection/session.ts';
import { hasAutoIds, type Meta } from '../meta.ts';
import { buildIndexes, finish } from './finish.ts';
import { noteBegun, noteDone, openLedger } from './ledger.ts';
import { loadRows, readStream } from './load-rows.ts';
import { dropCollection, makeCollection } from './make-collection.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { units } from './units.ts';

type Collection = Meta['collections'][number];

interface Doing {
  operation: Operation;
  unit: Unit;
  collection: Collection;
  from: Source;
  by: Writer;
}

const readAll = ({ operation, unit, from }: Doing, stream: string): Promise<Buffer> => {
  let bytes = 0;
  return readStream(operation, from, stream, (more) => {
    bytes += more;
    operation.session.work.beat({ says: unit.says, bytes, totalBytes: unit.bytes });
  });
};

/** What is not there takes no rows: the schema stage comes first. */
const refusing = async <T>({ collection }: Doing, loading: Promise<T>): Promise<T> => {
  try {
    return await loading;
  } catch (error) {
    if (!isDrError(error) || error.kind !== 'missing') throw error;
    throw new DrError(
      'refused',
      `collection ${JSON.stringify(collection.name)} was not made yet`,
      'restore the schema stage first',
    );
  }
};

/** Rows of one stream, by their keys: those that an earlier try has left are replaced. */
const loadOne = async (doing: Doing, n: string, c: number): Promise<Applied> => {
  const { operation, unit, collection, by } = doing;
  const chunk = collection.chunks[c]!;
  const bytes = await readAll(doing, `data/${n}/${c}`);
  const { length } = bytes;
  const { isBegun } = await openLedger(operation, by, unit.id);
  if (!isBegun) await noteBegun(operation, unit.id);
  const rows = await refusing(doing, loadRows(operation, collection, chunk, bytes, isBegun));
  return { wasApplied: true, rows, bytes: length };
};

/** All rows of a collection whose keys the server makes: what an earlier try has left goes with the collection. */
const loadWhole = async (doing: Doing, n: string): Promise<Applied> => {
  const { operation, unit, collection, by } = doing;
  const applied = { wasApplied: true, rows: 0, bytes: 0 };
  for (const [c, chunk] of collection.chunks.entries()) {
    const bytes = await readAll(doing, `data/${n}/${c}`);
    if (c === 0) {
      const { isBegun } = await openLedger(operation, by, unit.id);
      if (isBegun) await makeCollection(operation, collection);
      else await noteBegun(operation, unit.id);
    }
    applied.bytes += bytes.length;
    applied.rows += await refusing(doing, loadRows(operation, collection, chunk, bytes, false));
  }
  return applied;
};

const nothing: Applied = { wasApplied: true, rows: 0, bytes: 0 };

const apply = async (doing: Doing): Promise<Applied> => {
  const { operation, unit, collection } = doing;
  const [stage, n = '', c = ''] = unit.id.split('/');
  operation.session.work.beat({ says: unit.says, bytes: 0, totalBytes: unit.bytes });
  if (stage === 'data') return hasAutoIds(collection) ? loadWhole(doing, n) : loadOne(doing, n, Number(c));
  if (stage === 'schema') await makeCollection(operation, collection);
  if (stage === 'index') await buildIndexes(operation, collection);
  if (stage === 'finish') await finish(operation, collection);
  return nothing;
};

/** Looks at the ledger once more. What a run has made that was passed meanwhile goes again. */
const checkAgain = async ({ operation, unit, collection, by }: Doing): Promise<void> => {
  try {
    await openLedger(operation, by, unit.id);
  } catch (error) {
    const isPassed = isDrError(error) && (error.kind === 'stale-epoch' || error.kind === 'refused');
    if (isPassed && unit.stage === 'schema') await dropCollection(operation, collection.name);
    throw error;
  }
};

/**
 * Applies one unit so that doing it again, or by two at once, comes to the same. Rows are read and understood before the first
 * is written; killed after that, some of them are there until the unit is tried again.
 */
export const restore = async (
  operation: Operation,
  unit: Unit,
  meta: Meta,
  from: Source,
  by: Writer,
): Promise<Applied> => {
  refuseForeign(units(meta, unit.stage, by.selection), unit, by);
  const collection = meta.collections[Number(unit.id.split('/')[1])]!;
  const place = describeAddress(operation.session.address);
  // What makes collections and what begins a restore look at the place and change it: never both at once.
  const key = unit.stage === 'schema' ? place : `${place}\n${unit.id}`;
  return oneAtATime(key, operation.signal, async () => {
    operation.goOn();
    const { isDone } = await openLedger(operation, by, unit.id);
    if (isDone) return { wasApplied: false, rows: 0, bytes: 0 };
    const doing: Doing = { operation, unit, collection, from, by };
    const applied = await apply(doing);
    await checkAgain(doing);
    await noteDone(operation, unit.id);
    return applied;
  });
};
