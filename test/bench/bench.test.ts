import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { execa } from 'execa';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { checkEqual, contentOf } from '../../bench/content.ts';
import { mixed } from '../../bench/data/mixed.ts';
import { median, resultOf } from '../../bench/result.ts';
import { rows } from '../../bench/rows.ts';
import type { Round } from '../../bench/scenes.ts';
import { freshDatabase } from '../support/servers.ts';

const run = promisify(execFile);

/** Of a zstd frame. */
const magic = Buffer.from('28b52ffd', 'hex');

const file = (name: string): string => new URL(`../../bench/${name}`, import.meta.url).pathname;

describe('the bench', () => {
  test('has a row for each bound, under a name of its own', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const row of rows) expect(row.bound, row.name).toBeGreaterThan(0);
  });

  test('answers with the median of the ratios of its rounds', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    const row = rows.find(({ name }) => name === 'dump')!;
    const played = [2, 8, 3].map((dump) => ({ dump, dumpDirectory: 10 }) as Round);
    const result = resultOf(row, played);
    expect(result).toMatchObject({ name: 'dump', ratio: 0.3, bound: 0.5, equal: true });
    expect(result.samples).toEqual([
      { work: 2, peer: 10 },
      { work: 8, peer: 10 },
      { work: 3, peer: 10 },
    ]);
    expect(Object.keys(result)).toEqual(['name', 'work', 'peer', 'ratio', 'bound', 'equal', 'samples']);
  });

  test('refuses a row that it does not have, with the names of those it has', async () => {
    const failed = await run(process.execPath, [file('bench.ts'), 'dumb']).catch((error) => error);
    expect(failed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/no row dumb; legal: dump, /) });
  });

  test('packs with two threads of its own where there is no zstd', async () => {
    const plain = Buffer.from(Array.from({ length: 900_000 }, (_, n) => `row ${n}\n`).join(''));
    const { stdout } = await execa(process.execPath, [file('zstd-pipe.ts')], {
      input: plain,
      encoding: 'buffer',
      maxBuffer: 1e8,
    });
    expect(stdout.length).toBeLessThan(plain.length / 3);
    const bytes = Buffer.from(stdout);
    const starts: number[] = [];
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 4)) starts.push(at);
    const frames = starts.map((at, n) => zstdDecompressSync(bytes.subarray(at, starts[n + 1])));
    expect(frames.length).toBeGreaterThan(1);
    expect(Buffer.concat(frames).equals(plain)).toBe(true);
  });

  test('sees one changed value, one row too few and one index too few, by a way of its own', async () => {
    await using fresh = await freshDatabase('bench');
    const client = new Client({ connectionString: fresh.url });
    await client.connect();
    try {
      await client.query(mixed(0.001));
      const source = await contentOf(fresh.url);
      expect(() => checkEqual(source, source)).not.toThrow();
      for (const change of [
        `UPDATE setting SET value = 'another' WHERE key = 'key 7'`,
        'DELETE FROM reading WHERE sensor = 3',
        'DROP INDEX event_by_time',
      ]) {
        await client.query(`BEGIN; ${change}; COMMIT`);
        const changed = await contentOf(fresh.url);
        expect(() => checkEqual(source, changed), change).toThrow('NOT EQUAL');
      }
    } finally {
      await client.end();
    }
  });
});
