import { ObjectId } from 'mongodb';
import type { NewestRowCheck } from '../../../domain/checks.ts';
import { judgeAge } from '../../../domain/judge-checks.ts';
import { red } from '../../found.ts';
import type { Run } from './run.ts';

/** The latest date of a field; of a field without dates, the latest time an `ObjectId` of it was made. */
export const newestRow: Run<NewestRowCheck> = async ({ session, there, options }, { of, column, withinMs }) => {
  const { expected } = judgeAge(null, options.at, withinMs);
  const found = there.get(of);
  if (found === undefined) return red(expected, `there is no ${of}`);
  const collection = session.db(found.database).collection(found.collection);
  for (const type of ['date', 'objectId'] as const) {
    const [newest] = await collection
      .aggregate([
        { $match: { [column]: { $type: type } } },
        { $sort: { [column]: -1 } },
        { $limit: 1 },
        { $project: { _id: 0, at: `$${column}` } },
      ])
      .toArray();
    const at: unknown = newest?.at;
    if (at instanceof Date) return judgeAge(at.toISOString(), options.at, withinMs);
    if (at instanceof ObjectId) return judgeAge(at.getTimestamp().toISOString(), options.at, withinMs);
  }
  return judgeAge(null, options.at, withinMs);
};
