import { createHash } from 'node:crypto';
import type { Document } from 'mongodb';
import type { OrphansCheck } from '../../../domain/checks.ts';
import { green, red, unmeasured } from '../../found.ts';
import { keyText, named, unwound } from './references.ts';
import type { Run } from './run.ts';

const mostExamples = 5;

/** The parents of a document, as `parents`: by one field, for which the server can use any index, or by several. */
const lookUp = (from: string, columns: readonly string[], parentColumns: readonly string[]): Document => {
  if (columns.length === 1) return { from, localField: 'c0', foreignField: parentColumns[0], as: 'parents' };
  const equal = parentColumns.map((column, n) => ({ $eq: [`$${column}`, `$$c${n}`] }));
  return {
    from,
    let: Object.fromEntries(columns.map((_, n) => [`c${n}`, `$c${n}`])),
    pipeline: [{ $match: { $expr: { $and: equal } } }, { $limit: 1 }, { $project: { _id: 1 } }],
    as: 'parents',
  };
};

/** An anti-join on the server; a reference that is null, or in an array without elements, names nothing. */
export const orphans: Run<OrphansCheck> = async ({ session, there, options, signal }, check) => {
  const { child, columns, parent, parentColumns } = check;
  const expected = '0 orphans';
  const [from, to] = [there.get(child), there.get(parent)];
  if (from === undefined || to === undefined)
    return red(expected, `there is no ${from === undefined ? child : parent}`);
  if (from.database !== to.database) return unmeasured(expected, 'MongoDB looks nothing up in another database');
  const notNull = Object.fromEntries(columns.map((_, n) => [`c${n}`, { $ne: null }]));
  const cursor = session
    .db(from.database)
    .collection(from.collection)
    .aggregate(
      [
        ...unwound(columns),
        named(columns),
        { $match: notNull },
        { $lookup: lookUp(to.collection, columns, parentColumns) },
        { $match: { parents: { $size: 0 } } },
        { $project: { parents: 0 } },
      ],
      { allowDiskUse: true, promoteLongs: false },
    );
  const examples = new Set<string>();
  let lost = 0;
  for await (const found of cursor) {
    signal.throwIfAborted();
    lost += 1;
    if (examples.size >= mostExamples) continue;
    const key = JSON.stringify(columns.map((_, n) => keyText(found[`c${n}`])));
    examples.add(options.shows === 'values' ? key : createHash('sha256').update(key).digest('hex').slice(0, 16));
  }
  if (lost === 0) return green(expected, '0 orphans');
  return red(expected, lost === 1 ? '1 orphan' : `${lost} orphans`, [...examples]);
};
