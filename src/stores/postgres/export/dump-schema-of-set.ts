import type { Filter, Source } from '../../../domain/data.ts';
import type { StockFormat } from '../../look.ts';
import type { Work } from '../../port.ts';
import { readContents } from '../backup/archive.ts';
import type { PostgresMeta } from '../meta.ts';
import { chosenOf } from '../selection/chosen.ts';
import { restoreText } from './restore-text.ts';

const once = async function* (bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
};

/**
 * The definitions of a set as a file of a stock program. The set holds them as an archive: `pg_restore` makes a script of any
 * part of it, and the archive itself is the file where nothing in it is to be left out.
 * @returns null where it is: no program cuts archives without a server
 */
export const dumpSchemaOfSet = async (
  meta: PostgresMeta,
  from: Source,
  filter: Filter,
  format: StockFormat,
  { signal }: Work,
): Promise<AsyncIterable<Uint8Array> | null> => {
  const { entries } = chosenOf(meta, { ...filter, parts: 'schema', keys: 'leave-out' });
  if (format === 'plain') return restoreText(from.read('schema'), entries, meta.dumpMajor, signal);
  if (entries.length < meta.entries.length) return null;
  const archive = Buffer.concat(await Array.fromAsync(from.read('schema')));
  const ids = new Set(entries.map(({ id }) => id));
  const isWhole = readContents(archive).every(({ id, kind }) => kind !== 'TABLE' || ids.has(id));
  return isWhole ? once(archive) : null;
};
