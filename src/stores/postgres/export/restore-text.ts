import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../connection/programs.ts';
import type { EntryMeta } from '../meta.ts';
import { streamProgram } from './stream-program.ts';

/** The SQL of entries of a schema archive, as `pg_restore` writes it. @throws DrError `missing`, `interrupted` */
export const restoreText = async function* (
  archive: AsyncIterable<Uint8Array>,
  entries: readonly EntryMeta[],
  dumpMajor: number,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { path } = await findProgram('pg_restore', dumpMajor);
  const folder = await mkdtemp(join(tmpdir(), 'dr-runbooks-'));
  try {
    const list = join(folder, 'list');
    await writeFile(list, entries.map(({ id }) => `${id};\n`).join(''));
    const args = ['--file=-', `--use-list=${list}`, '--no-tablespaces'];
    yield* streamProgram('pg_restore', path, args, { input: archive, signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
