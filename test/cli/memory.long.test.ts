import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../support/servers.ts';
import { freshFolder, startDr, vaultKey } from './dr.ts';

const mostMiB = 300;
const mostGrowth = 1.15;

/** About 70 MB of rows that do not compress well, in two tables. */
const rows = 300_000;
const fill = (count: number) => `
  CREATE TABLE big (id bigint PRIMARY KEY, payload text);
  INSERT INTO big SELECT n, encode(sha512(n::text::bytea), 'hex') || md5(n::text) FROM generate_series(1, ${count}) n;
  CREATE TABLE thirds AS SELECT id, payload FROM big WHERE id % 3 = 0;`;

/** The most memory a process ever had, in MiB, as the kernel counts it. */
const peakOf = async (child: ReturnType<typeof startDr>): Promise<number> => {
  let peak = 0;
  const clock = setInterval(() => {
    try {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      peak = Math.max(peak, Number(found?.[1] ?? 0) / 1024);
    } catch {
      // it has just ended
    }
  }, 50);
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdout.resume();
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(clock);
  expect(code, err).toBe(0);
  return peak;
};

it.skipIf(!existsSync('/proc/self/status'))(
  'backs up, restores and looks into sets in bounded memory, and in no more when there is ten times the data',
  async () => {
    await using folder = await freshFolder();
    await mkdir(`${folder.path}/vault`);
    const names = ['SMALL', 'LARGE', 'SMALL_BACK', 'LARGE_BACK'] as const;
    const databases = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await freshDatabase()])),
    ) as Record<(typeof names)[number], FreshDatabase>;
    const urls = Object.fromEntries(names.map((name) => [name, databases[name].url]));
    try {
      for (const [name, count] of [['SMALL', rows] as const, ['LARGE', rows * 10] as const]) {
        const client = new Client({ connectionString: databases[name].url });
        await client.connect();
        await client.query(fill(count));
        await client.end();
      }
      const targets = ['small', 'large'].map((id) => {
        const url = `env:${id.toUpperCase()}`;
        return `  ${id}: { kind: postgres, primary: ${url}, scratchServer: ${url} }`;
      });
      await folder.write(
        'estate.yaml',
        `name: shop\nvault: { kind: folder, path: ./vault, key: env:VAULT_KEY }\ntargets:\n${targets.join('\n')}\n`,
      );
      const start = {
        cwd: folder.path,
        env: { ...urls, VAULT_KEY: vaultKey } as Record<string, string>,
      };
      const peaks: Record<string, number> = {};
      for (const id of ['small', 'large']) {
        peaks[`snapshot ${id}`] = await peakOf(startDr(['snapshot', id], start));
        const to = ['restore', `${id}/latest`, '--to', `env:${id.toUpperCase()}_BACK`, '--yes'];
        peaks[`restore ${id}`] = await peakOf(startDr(to, start));
        for (const [what, ...args] of [
          ['export', '--format', 'custom', '--out', `${id}.dump`],
          ['export', '--only', 'public.big'],
          ['peek', 'SELECT count(*), max(payload) FROM big'],
          ['diff', id, '--rows', 'public.big'],
        ] as const) {
          const name = `${[what, args[0]].join(' ').replace(/ SELECT.*| (small|large)$/, '')} ${id}`;
          peaks[name] = await peakOf(startDr([what, `${id}/latest`, ...args], start));
        }
      }
      console.log(
        Object.entries(peaks)
          .map(([what, mib]) => `${what}: ${Math.round(mib)} MiB`)
          .join(', '),
      );
      for (const what of ['snapshot', 'restore', 'export --format', 'export --only', 'peek', 'diff']) {
        expect(peaks[`${what} large`]).toBeLessThan(mostMiB);
        expect(peaks[`${what} large`]).toBeLessThan(peaks[`${what} small`]! * mostGrowth);
      }
    } finally {
      await Promise.all(names.map((name) => databases[name].drop()));
    }
  },
);
