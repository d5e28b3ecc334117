import type { Source } from '../../../domain/data.ts';
import type { Applied, Unit, Writer } from '../../port.ts';
import { refuseForeign } from '../../refuse-foreign.ts';
import type { Session } from '../connection/session.ts';
import { markId, markOf } from '../mark.ts';
import type { Meta } from '../meta.ts';
import { collectionOf } from '../selection.ts';
import { units } from '../units.ts';
import { loadParts } from './load.ts';
import { makeCollection, makeIndexes, makeView } from './make.ts';
import { isDuplicate, refuseStale, unitKey, writerKey } from './state.ts';
import { inTurn, type Turn } from './turn.ts';

const again: Applied = { wasApplied: false, rows: 0, bytes: 0 };

const apply = async (
  session: Session,
  unit: Unit,
  meta: Meta,
  from: Source,
  turn: Turn,
  signal: AbortSignal,
): Promise<{ rows: number; bytes: number }> => {
  const [stage, n, part] = unit.id.split('/');
  const collection = collectionOf(meta, Number(n));
  if (stage === 'data') {
    const parts = part === 'all' ? collection.parts : [collection.parts[Number(part)]!];
    return loadParts(session, collection, parts, from, turn, signal);
  }
  const make = stage === 'schema' ? makeCollection : stage === 'index' ? makeIndexes : makeView;
  await turn.write(() => make(session, collection));
  return { rows: 0, bytes: 0 };
};

/** Is it in the ledger already? Whoever marked the place for a higher epoch counts too. */
const isDone = async (session: Session, by: Writer, row: string): Promise<boolean> => {
  const found = await session.own.find({ _id: { $in: [markId, row] } }).toArray();
  const mark = markOf(found.find(({ _id }) => _id === markId) ?? null);
  refuseStale(session, by.epoch, mark, by);
  return found.some(({ _id }) => _id === row);
};

/**
 * Applies one unit: documents that are there are left, so that it does not matter how far an earlier attempt came. The row of
 * the ledger is written last, and reaches a majority only after the documents before it.
 */
export const restore = (session: Session, unit: Unit, meta: Meta, from: Source, by: Writer): Promise<Applied> =>
  session.run(unit.says, async (signal) => {
    refuseForeign(units(meta, unit.stage, by.selection), unit, by);
    const row = unitKey(writerKey(by), unit.id);
    return inTurn(session, by, unit.id, signal, async (turn) => {
      if (await isDone(session, by, row)) return again;
      session.work.beat({ says: unit.says, bytes: 0, totalBytes: unit.bytes });
      const applied = await apply(session, unit, meta, from, turn, signal);
      await turn.check();
      try {
        const kept = { writeConcern: { w: 'majority' as const, j: true } };
        await turn.write(() => session.own.insertOne({ _id: row }, kept));
      } catch (error) {
        if (isDuplicate(error)) return { ...again, bytes: applied.bytes };
        throw error;
      }
      session.work.beat({ says: unit.says, bytes: unit.bytes, totalBytes: unit.bytes });
      return { wasApplied: true, ...applied };
    });
  });
