import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Lab, query } from './lab.ts';

const run = promisify(execFile);

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};

/** `pg_dump -Fd -j2` into the folder `dump`, with its own compression. */
export const dumpDirectory = async (lab: Lab, url: string): Promise<number> => {
  const into = join(await lab.empty('dump'), 'archive');
  await lab.settle();
  return seconds(() => run(join(lab.server.bin, 'pg_dump'), ['-Fd', '-j2', '-f', into, url]));
};

/** Is there a zstd here? Else our own pipe stands in: frames of 4 MiB on two threads, level 3. */
export const zstdCommand = async (): Promise<readonly [string, ...string[]]> => {
  const own = [process.execPath, fileURLToPath(new URL('./zstd-pipe.ts', import.meta.url))] as const;
  return run('zstd', ['--version']).then(
    () => ['zstd', '-q', '-3', '-T2', '-c'],
    () => own,
  );
};

/** What packs in the pipe, for the page of results. */
export const zstdVersion = (): Promise<string> =>
  run('zstd', ['--version']).then(
    ({ stdout }) => `zstd ${/v([\d.]+)/.exec(stdout)?.[1] ?? ''}`,
    () => `zstd ${process.versions.zstd} of Node in two threads`,
  );

/** `pg_dump -Fc -Z0 | zstd -3 -T2` into a file. */
export const dumpPiped = async (lab: Lab, url: string): Promise<number> => {
  const folder = await lab.empty('piped');
  const [zstd, ...args] = await zstdCommand();
  await lab.settle();
  return seconds(async () => {
    const dump = spawn(join(lab.server.bin, 'pg_dump'), ['-Fc', '-Z0', url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pack = spawn(zstd, args, { stdio: [dump.stdout, 'pipe', 'inherit'] });
    const ends = [once(dump, 'exit'), once(pack, 'exit')];
    await pipeline(pack.stdout!, createWriteStream(join(folder, 'archive.zst')));
    for (const [code] of await Promise.all(ends)) if (code !== 0) throw new Error(`pg_dump | zstd ended with ${code}`);
  });
};

/** `pg_restore -j2` of what `dumpDirectory` wrote into an empty database, then ANALYZE. */
export const restoreDirectory = async (lab: Lab): Promise<number> => {
  const url = await lab.database('back_peer');
  await lab.settle();
  const from = join(lab.folder, 'dump', 'archive');
  const took = await seconds(async () => {
    await run(join(lab.server.bin, 'pg_restore'), ['-j2', '-d', url, from]);
    await query(url, 'ANALYZE');
  });
  await lab.drop('back_peer');
  return took;
};

const tables = `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY pg_table_size(c.oid) DESC`;

/** Does `each` for all tables, the largest first, over two connections. */
export const overTables = async (
  url: string,
  each: (client: pg.Client, table: string) => Promise<void>,
): Promise<void> => {
  const left = (await query<{ name: string }>(url, tables)).values();
  const hand = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const { name } of left) await each(client, name);
    await client.end();
  };
  await Promise.all([hand(), hand()]);
};

/** Reads every row as binary COPY sends it and throws it away at the server: nothing goes through a socket. */
export const copyToNowhere = async (url: string): Promise<number> =>
  seconds(() =>
    overTables(url, async (client, table) => {
      await client.query(`COPY ${table} TO '/dev/null' (FORMAT binary)`);
    }),
  );
