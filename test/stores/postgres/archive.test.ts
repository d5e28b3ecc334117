import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readContents } from '../../../src/stores/postgres/backup/archive.ts';
import { entriesOf } from '../../../src/stores/postgres/backup/entries.ts';
import { pgBin } from '../../support/servers.ts';
import { database } from './lab.ts';
import { zoo, zooRoles } from './zoo.ts';

const archiveOf = async (url: string): Promise<Buffer> => {
  const args = ['--format=custom', '--section=pre-data', '--section=post-data', `--dbname=${url}`];
  const { stdout } = await promisify(execFile)(join(await pgBin(), 'pg_dump'), args, { encoding: 'buffer' });
  return stdout;
};

const listOf = async (archive: Buffer): Promise<string[]> => {
  const listing = promisify(execFile)(join(await pgBin(), 'pg_restore'), ['--list']);
  listing.child.stdin!.end(archive);
  return (await listing).stdout.split('\n').filter((line) => /^\d/.test(line));
};

describe('the table of contents of an archive', () => {
  test('is read as pg_restore reads it', async () => {
    const archive = await archiveOf(await database(zooRoles + zoo));
    const contents = readContents(archive);
    const lines = contents.map(({ id, kind, schema, tag, owner, oid }) =>
      [`${id};`, String(oid), kind, schema || '-', tag, owner].join(' ').trim().replaceAll('\n', ' '),
    );
    const listed = (await listOf(archive)).map((line) => line.replace(/^(\d+;) \d+/, '$1').trim());
    expect(listed).toEqual(
      expect.arrayContaining(lines.filter((line) => !/; \d+ (ENC|STD|SEARCH|DATABASE)/.test(line))),
    );

    const { entries } = entriesOf(contents, { positionOf: () => undefined, bytesOf: () => 1 });
    const place = new Map(entries.map(({ id }, n) => [id, n]));
    for (const { id, after } of contents) {
      for (const one of after) {
        if (place.has(one) && place.has(id)) expect(place.get(one)).toBeLessThan(place.get(id)!);
      }
    }
  });

  test('that is cut, changed or of a later format is refused by name', async () => {
    const archive = await archiveOf(await database('CREATE TABLE t (a int)'));
    expect(() => readContents(archive.subarray(0, 100))).toThrow(expect.objectContaining({ kind: 'damaged' }));
    expect(() => readContents(Buffer.from('not an archive'))).toThrow(expect.objectContaining({ kind: 'damaged' }));
    const later = Buffer.from(archive);
    later[6] = 99;
    expect(() => readContents(later)).toThrow(
      expect.objectContaining({ kind: 'not-supported', hint: expect.stringContaining('DR_PG_BIN') }),
    );
  });
});
