import pLimit from 'p-limit';
import { isDrError } from '../../domain/errors.ts';
import type { Inspection } from '../port.ts';
import { fullName, listCollections, readSchema } from './catalog/read-catalog.ts';
import { isVector, vectorBytes } from './catalog/types.ts';
import { readClock } from './connection/clock.ts';
import type { Operation } from './connection/session.ts';
import { readMark } from './restore/ledger.ts';

/** Bytes of a row, by its fields: Milvus does not say how large a collection is. Texts and the like count as 64. */
const rowBytes = async (operation: Operation, name: string): Promise<number> => {
  const { schema } = await readSchema(operation, name);
  return schema.fields.reduce((sum, field) => {
    if (isVector(field) && field.data_type !== 'SparseFloatVector') return sum + vectorBytes(field);
    return sum + (sizes[field.data_type] ?? 64);
  }, 0);
};

const sizes: Readonly<Record<string, number>> = { Bool: 1, Int8: 1, Int16: 2, Int32: 4, Int64: 8, Float: 4, Double: 8 };

const rowsOf = async (operation: Operation, name: string): Promise<number> => {
  const { stats } = await operation.call('GetCollectionStatistics', { collection_name: fullName(operation, name) });
  return Number((stats as { key: string; value: string }[]).find(({ key }) => key === 'row_count')?.value ?? 0);
};

/** What a backup does first: each right that it takes, on one collection. */
const tries: Readonly<Record<string, string>> = {
  DescribeCollection: 'DescribeCollection',
  ShowPartitions: 'ShowPartitions',
  DescribeIndex: 'IndexDetail',
  GetLoadState: 'GetLoadState',
  ListAliases: 'ListAliases',
  GetCollectionStatistics: 'GetStatistics',
};

const missingPermissions = async (operation: Operation, name: string): Promise<string[]> => {
  const missing: string[] = [];
  for (const [method, privilege] of Object.entries(tries)) {
    const collection_name = fullName(operation, name);
    await operation.call(method, { collection_name }, { allows: [11, 700] }).catch((error: unknown) => {
      if (!isDrError(error) || error.kind !== 'no-permission') throw error;
      missing.push(`${method} is refused: grant ${privilege} on its collections to the role of this login`);
    });
  }
  return missing;
};

/** Counts are those of the server's statistics: rows that were deleted may still be among them. */
export const inspect = async (operation: Operation): Promise<Inspection> => {
  const { at, skewMs } = await readClock(operation);
  const names = await listCollections(operation);
  const missing = names.length === 0 ? [] : await missingPermissions(operation, names[0]!);
  const limit = pLimit(4);
  const objects = await Promise.all(
    (missing.length > 0 ? [] : names).map((name) =>
      limit(async () => {
        const rows = await rowsOf(operation, name);
        return { name, rows, bytes: rows * (await rowBytes(operation, name)) };
      }),
    ),
  );
  objects.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return {
    mark: await readMark(operation),
    version: operation.session.version.replace(/^milvus_lite-/, 'Milvus Lite '),
    clock: at,
    skewMs,
    objects,
    bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    freeBytes: null,
    missingPermissions: missing,
  };
};
