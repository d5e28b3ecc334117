import { glob } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { DrError } from '../../../domain/errors.ts';

type Program = 'pg_dump' | 'pg_restore';

/** Folders of system packages and of this product's own cache. */
const patterns = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/{postgresql@*,libpq}/bin',
  '/usr/local/opt/{postgresql@*,libpq}/bin',
  ...[join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache')), '/var/cache'].map((cache) =>
    join(cache, 'dr-runbooks', 'postgres-*', '**', 'pginstall', 'bin'),
  ),
];

const folders = async function* (): AsyncIterable<string> {
  if (process.env.DR_PG_BIN) yield process.env.DR_PG_BIN;
  yield* (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const pattern of patterns) yield* glob(pattern);
};

const majors = new Map<string, Promise<number | null>>();

/** Null when it does not run. */
const majorOf = (path: string): Promise<number | null> => {
  const known = majors.get(path);
  if (known !== undefined) return known;
  const asking = execa(path, ['--version'], { timeout: 10_000 }).then(
    ({ stdout }) => Number(/\) (\d+)/.exec(stdout)?.[1]) || null,
    () => null,
  );
  majors.set(path, asking);
  return asking;
};

/**
 * A program of PostgreSQL's own that is not older than `least`: from DR_PG_BIN, PATH, the system's folders or this
 * product's cache, in this order.
 * @throws DrError `missing`
 */
export const findProgram = async (program: Program, least: number): Promise<{ path: string; major: number }> => {
  const found: string[] = [];
  for await (const folder of folders()) {
    const path = join(folder, program);
    const major = await majorOf(path);
    if (major !== null && major >= least) return { path, major };
    if (major !== null) found.push(`${path} is ${major}`);
  }
  throw new DrError(
    'missing',
    `no ${program} of PostgreSQL ${least} or newer here: ${found.length === 0 ? 'none at all' : found.join(', ')}`,
    `install the client programs of PostgreSQL ${least} (Debian: apt install postgresql-client-${least}) or point DR_PG_BIN at their folder`,
  );
};

/** What a program of PostgreSQL said on stderr, as a named error. */
export const programFailure = (program: Program, said: string): DrError => {
  const text = said.trim().split('\n').slice(0, 5).join('; ') || 'it was killed';
  const failed = `${program} failed: ${text}`;
  if (/permission denied|must be owner|row-level security/.test(text)) {
    return new DrError('no-permission', failed, 'grant this login the right the server names, or use another login');
  }
  if (
    /connection to server|could not connect|terminating connection|closed the connection|no connection|starting up|shutting down/.test(
      text,
    )
  ) {
    return new DrError(
      'unreachable',
      failed,
      'check that the server runs and can be reached; the work can be repeated',
    );
  }
  if (
    /lock timeout|does not exist|out of shared memory|cache lookup failed|could not open relation with OID/.test(text)
  ) {
    return new DrError(
      'busy',
      failed,
      'the schema is being changed, or max_locks_per_transaction is too low: repeat the work',
    );
  }
  return new DrError('unexpected', failed, 'look at the log of the PostgreSQL server');
};
