import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Client } from 'pg';
import type { RestoreSelection, Source } from '../../../domain/data.ts';
import { findProgram, programFailure } from '../connection/programs.ts';
import type { Session } from '../connection/session.ts';
import type { EntryMeta, PostgresMeta } from '../meta.ts';
import { mapRoles } from '../selection/role-names.ts';
import { runWithRoom, wantedBy } from './index-room.ts';
import { placeTablespaces } from './tablespaces.ts';

/** Schema streams that were read: every index asks for the same one again. */
const archives = new WeakMap<Source, Promise<Buffer>>();

/** `bytes` is what was read for this call. */
const readArchive = async (from: Source): Promise<{ archive: Buffer; bytes: number }> => {
  const known = archives.get(from);
  if (known !== undefined) return { archive: await known, bytes: 0 };
  const reading = Array.fromAsync(from.read('schema')).then((pieces) => Buffer.concat(pieces));
  archives.set(from, reading);
  reading.catch(() => archives.delete(from));
  const archive = await reading;
  return { archive, bytes: archive.length };
};

/** pg_restore writes for psql and for the newest server: what only psql or a newer server understands goes. */
const forServer = (script: string, major: number): string => {
  const restrict = /^\\restrict (\w+)$/m.exec(script.slice(0, 1_000));
  const plain = restrict === null ? script : script.replace(restrict[0], '').replace(`\\unrestrict ${restrict[1]}`, '');
  return major >= 17 ? plain : plain.replace(/^SET transaction_timeout = 0;$/m, '');
};

/** The SQL that makes these entries, in this order. @throws DrError `damaged`, `missing` (no pg_restore) */
const scriptOf = async (
  session: Session,
  archive: Buffer,
  entries: readonly EntryMeta[],
  dumpMajor: number,
  { owners = 'keep', privileges = 'keep' }: RestoreSelection,
): Promise<string> => {
  const { path } = await findProgram('pg_restore', dumpMajor);
  const folder = await mkdtemp(join(tmpdir(), 'dr-runbooks-'));
  try {
    const whose = [...(owners === 'drop' ? ['--no-owner'] : []), ...(privileges === 'drop' ? ['--no-privileges'] : [])];
    const list = join(folder, 'list');
    await writeFile(list, entries.map(({ id }) => `${id};\n`).join(''));
    const result = await execa(path, ['--file=-', `--use-list=${list}`, ...whose], {
      input: archive,
      encoding: 'buffer',
      maxBuffer: Number.POSITIVE_INFINITY,
      cancelSignal: session.work.signal,
      forceKillAfterDelay: 200,
      reject: false,
    });
    if (result.failed) throw programFailure('pg_restore', Buffer.from(result.stderr).toString());
    const script = forServer(new TextDecoder('utf-8', { fatal: true }).decode(result.stdout), session.server.major);
    return typeof owners === 'string' ? script : mapRoles(script, owners);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Makes entries of the schema stream in the transaction that is open: pg_restore writes the SQL, this connection runs it.
 * Settings of the connection are changed by that.
 * @returns bytes read
 */
export const makeEntries = async (
  session: Session,
  client: Client,
  meta: PostgresMeta,
  from: Source,
  entries: readonly EntryMeta[],
  whose: RestoreSelection = {},
): Promise<number> => {
  const { archive, bytes } = await readArchive(from);
  const placed = await placeTablespaces(client, archive);
  const script = await scriptOf(session, placed, entries, meta.dumpMajor, whose);
  await runWithRoom(client, script, wantedBy(script, meta, entries), session.work.parallel);
  return bytes;
};
