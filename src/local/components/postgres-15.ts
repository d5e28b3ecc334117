import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installDebian } from './debian-package.ts';
import { type ResolveOptions, resolveComponent } from './resolve.ts';
import { canReach, serverUser } from './server-user.ts';
import { allOnPath, isExecutable, runProgram } from './tool.ts';

const major = 15;
const packaged = `postgresql-${major}`;
/** A few of what the package holds beside the server: where these are, the rest is. */
const contrib = ['amcheck', 'hstore', 'ltree', 'postgres_fdw'];
const programs = ['postgres', 'initdb', 'psql', 'pg_dump', 'pg_restore'];

const byHand = `install PostgreSQL ${major} with its contrib extensions (Debian 12: apt install ${packaged}; macOS: brew install postgresql@${major})`;

/**
 * The folder with the programs of a PostgreSQL 15 with contrib extensions, ICU and XML: an older and richer server beside the
 * one that everything runs on. Only tests need it.
 * @throws DrError `missing` (permanent) with everything tried
 */
export const resolvePostgres15 = (options: ResolveOptions = {}): Promise<string> =>
  resolveComponent(
    { name: `PostgreSQL ${major} with contrib`, byHand },
    [
      { says: 'PATH and system folders', find: findInstalled },
      { says: `Debian package ${packaged}`, takes: 'about a minute', find: installPackage },
    ],
    options,
  );

const findInstalled = async (): Promise<string> => {
  const folders = [
    ...(await allOnPath('postgres')).map(dirname),
    `/usr/lib/postgresql/${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ];
  const reasons: string[] = [];
  for (const folder of folders) {
    const why = await lackOf(folder);
    if (why === null) return folder;
    reasons.push(`${folder} ${why}`);
  }
  throw new Error(reasons.join('; '));
};

/** Null when nothing is missing. */
const lackOf = async (bin: string): Promise<string | null> => {
  for (const program of programs) if (!(await isExecutable(join(bin, program)))) return `has no ${program}`;
  if (!canReach(serverUser(), bin)) return 'cannot be entered by the user that the server runs as';
  const version = await runProgram(join(bin, 'postgres'), ['--version'], { timeoutMs: 5_000 });
  if (Number(/(\d+)/.exec(version)?.[1]) !== major) return `is ${version.trim()}`;
  const folders = [join(bin, '..', 'share', `postgresql@${major}`), `/usr/share/postgresql/${major}`];
  for (const extension of contrib) {
    const files = folders.map((folder) => join(folder, 'extension', `${extension}.control`));
    const isThere = await Promise.any(files.map((file) => access(file))).then(
      () => true,
      () => false,
    );
    if (!isThere) return `has no extension ${extension}`;
  }
  return null;
};

const clusterSettings = '/etc/postgresql-common/createcluster.conf';

/** The package would make and start a server of its own on the usual port: it is told not to while it installs. */
const installPackage = async (): Promise<string> => {
  await installDebian('postgresql-common');
  const settings = await readFile(clusterSettings, 'utf8');
  await writeFile(clusterSettings, `${settings}\ncreate_main_cluster = false\n`);
  try {
    await installDebian(packaged);
  } finally {
    await writeFile(clusterSettings, settings);
  }
  return findInstalled();
};
