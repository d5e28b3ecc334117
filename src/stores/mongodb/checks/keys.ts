import { DrError } from '../../../domain/errors.ts';
import { listCollections } from '../catalog.ts';
import type { Session } from '../connection/session.ts';
import { keyText, named, unwound } from './references.ts';

const rowsAtATime = 1_000;

/** The named fields of every document; where one is an array, once for each element. @throws DrError `missing` */
export const keys = async function* (
  session: Session,
  object: string,
  columns: readonly string[],
): AsyncIterable<readonly (readonly (string | null)[])[]> {
  const found = await session.run('looking for a collection', async () =>
    (await listCollections(session)).find(({ name }) => name === object),
  );
  if (found === undefined) {
    throw new DrError('missing', `there is no collection ${JSON.stringify(object)}`, 'correct the name in the check');
  }
  const cursor = session
    .db(found.database)
    .collection(found.collection)
    .aggregate([...unwound(columns), named(columns)], { batchSize: rowsAtATime, promoteLongs: false });
  try {
    while (await session.run(`reading keys of ${JSON.stringify(object)}`, () => cursor.hasNext())) {
      yield cursor.readBufferedDocuments(rowsAtATime).map((row) => columns.map((_, n) => keyText(row[`c${n}`])));
    }
  } finally {
    await cursor.close().catch(() => {});
  }
};
