import pLimit from 'p-limit';
import type { Filter } from '../../domain/data.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { listCollections, readSchema } from './catalog/read-catalog.ts';
import { refuseUnknownTypes } from './catalog/types.ts';
import type { Operation } from './connection/session.ts';
import { readPages, whileLoaded } from './rows/read-pages.ts';
import { algorithm, rowSum } from './rows/row-sum.ts';

/** Reads and sums every row of a collection. */
const printOf = async (operation: Operation, name: string): Promise<ObjectPrint> => {
  const { beat } = operation.session.work;
  const says = `fingerprinting ${JSON.stringify(name)}`;
  const definition = await readSchema(operation, name);
  refuseUnknownTypes([definition], operation.session.version);
  const sum = rowSum(definition);
  let rows = 0;
  beat({ says, bytes: 0, totalBytes: null });
  await whileLoaded(operation, definition.name, async () => {
    for await (const page of readPages(operation, definition, null)) {
      operation.goOn();
      sum.add(page);
      rows += page.rows;
      beat({ says: `${says}: ${rows} rows`, bytes: 0, totalBytes: null });
    }
  });
  return sum.print();
};

/** Prints of the named collections, by name. */
export const printAll = async (operation: Operation, names: readonly string[]): Promise<Fingerprint> => {
  const limit = pLimit(Math.max(1, operation.session.work.parallel));
  const prints = await Promise.all(names.map((name) => limit(() => printOf(operation, name))));
  return { algorithm, objects: Object.fromEntries(names.map((name, n) => [name, prints[n]!])) };
};

/** Of everything the filter selects. @throws DrError `no-match` */
export const fingerprint = async (operation: Operation, filter: Filter): Promise<Fingerprint> =>
  printAll(operation, selectNames(await listCollections(operation), filter));
