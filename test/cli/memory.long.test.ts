import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { freshDatabase } from '../support/servers.ts';
import { freshFolder, type Start, vaultKey } from './dr.ts';
import { peakOf } from './peak-of.ts';

const mostMiB = 300;
const mostGrowth = 1.15;

/** About 70 MB of rows that do not compress well, in two tables. */
const rows = 300_000;
const fill = async (url: string, count: number): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    CREATE TABLE big (id bigint PRIMARY KEY, payload text);
    INSERT INTO big SELECT n, encode(sha512(n::text::bytea), 'hex') || md5(n::text) FROM generate_series(1, ${count}) n;
    CREATE TABLE thirds AS SELECT id, payload FROM big WHERE id % 3 = 0;`);
  await client.end();
};

type Peaks = Readonly<Record<string, number>>;

/** What each command needed for one target. */
const measure = async (id: string, start: Start): Promise<Peaks> => {
  await using back = await freshDatabase();
  const env = { ...start.env, BACK: back.url };
  const set = `${id}/latest`;
  const commands: Readonly<Record<string, readonly string[]>> = {
    snapshot: ['snapshot', id],
    restore: ['restore', set, '--to', 'env:BACK', '--yes'],
    'export --format': ['export', set, '--format', 'custom', '--out', `${randomUUID()}.dump`],
    'export --only': ['export', set, '--only', 'public.big'],
    peek: ['peek', set, 'SELECT count(*), max(payload) FROM big'],
    'diff --rows': ['diff', set, id, '--rows', 'public.big'],
  };
  const peaks: Record<string, number> = {};
  for (const [name, args] of Object.entries(commands)) peaks[name] = await peakOf(args, { ...start, env });
  return peaks;
};

/** In the middle of several: a short command may end before or after the collector first comes by. */
const middle = (all: readonly Peaks[]): Peaks =>
  Object.fromEntries(
    Object.keys(all[0]!).map((name) => [name, all.map((one) => one[name]!).sort((a, b) => a - b)[all.length >> 1]!]),
  );

it.skipIf(!existsSync('/proc/self/status'))(
  'backs up, restores and looks into sets in bounded memory, and in no more when there is ten times the data',
  async () => {
    await using folder = await freshFolder();
    await mkdir(`${folder.path}/vault`);
    await using few = await freshDatabase();
    await using many = await freshDatabase();
    await fill(few.url, rows);
    await fill(many.url, rows * 10);
    const targets = ['few', 'many'].map(
      (id) => `  ${id}: { kind: postgres, primary: env:${id.toUpperCase()}, scratchServer: env:${id.toUpperCase()} }\n`,
    );
    await folder.write(
      'estate.yaml',
      `name: shop\nvault: { kind: folder, path: ./vault, key: env:VAULT_KEY }\ntargets:\n${targets.join('')}`,
    );
    const start = { cwd: folder.path, env: { FEW: few.url, MANY: many.url, VAULT_KEY: vaultKey } };

    const small = middle([await measure('few', start), await measure('few', start), await measure('few', start)]);
    const large = await measure('many', start);

    const names = Object.keys(large);
    console.log(
      names.map((name) => `${name} ${Math.round(small[name]!)} -> ${Math.round(large[name]!)} MiB`).join(', '),
    );
    expect(names.filter((name) => large[name]! >= mostMiB)).toEqual([]);
    expect(names.filter((name) => large[name]! >= small[name]! * mostGrowth)).toEqual([]);
  },
);
