import type { MemoryDatabase } from '../../memory/server.ts';
import type { Inspection } from '../port.ts';

const bytesOf = (rows: readonly string[]): number => rows.reduce((sum, row) => sum + Buffer.byteLength(row) + 1, 0);

export const inspect = (database: MemoryDatabase): Inspection => {
  const objects = [...database.objects]
    .map(([name, { rows, counted }]) => ({ name, bytes: bytesOf(rows), rows: counted }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return {
    mark: database.mark,
    version: `memory ${database.version}`,
    clock: new Date(Date.now() - database.skewMs).toISOString(),
    skewMs: database.skewMs,
    objects,
    bytes: objects.reduce((sum, one) => sum + one.bytes, 0),
    freeBytes: null,
    missingPermissions: [],
  };
};
