import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeEntries, readContents } from '../../../src/stores/postgres/backup/archive.ts';
import { leaveSecrets } from '../../../src/stores/postgres/backup/leave-secrets.ts';
import { literal } from '../../../src/stores/postgres/connection/quote.ts';
import { pgBin, postgresServer } from '../../support/servers.ts';
import { sql } from './lab.ts';
import { emptyOn } from './zoo/stage.ts';

const archiveOf = async (url: string): Promise<Buffer> => {
  const args = ['--format=custom', '--compress=0', '--section=pre-data', '--section=post-data', `--dbname=${url}`];
  const { stdout } = await promisify(execFile)(join(await pgBin(), 'pg_dump'), args, { encoding: 'buffer' });
  return stdout;
};

const scriptOf = async (archive: Buffer): Promise<string> => {
  const writing = promisify(execFile)(join(await pgBin(), 'pg_restore'), ['--file=-']);
  writing.child.stdin!.end(archive);
  return (await writing).stdout.replace(/^\\(un)?restrict .*$/gm, '');
};

test('whatever the options of a server hold, only the secret ones go', async () => {
  const url = await emptyOn(await postgresServer());
  await sql(url, 'CREATE FOREIGN DATA WRAPPER dummy');
  const value = fc.string({
    unit: fc.constantFrom('a', "'", '"', '\\', '\n', ',', ' ', ';', 'password', '(', ')', '    ', 'é'),
  });
  const options = fc.record({ host: value, 'odd "name"': value, after: value }, { requiredKeys: [] });
  const cases = fc.sample(fc.record({ options, secret: value }), { numRuns: 40, seed: 7 });
  const kept = new Map<string, Record<string, string>>();
  for (const [n, { options: plain, secret }] of cases.entries()) {
    const all = { ...plain, password: `4711-${secret}`, api_key: `4711${secret}` };
    const list = Object.entries(all).map(([name, text]) => `"${name.replaceAll('"', '""')}" ${literal(text)}`);
    await sql(url, `CREATE SERVER s${n} FOREIGN DATA WRAPPER dummy OPTIONS (${list.join(', ')})`);
    kept.set(`s${n}`, plain);
  }
  const { archive, leftOut } = leaveSecrets(await archiveOf(url));
  expect(archive.includes('4711')).toBe(false);
  expect(leftOut.join()).toMatch(/password, api_key of server s0|api_key, password of server s0/);

  const copy = await emptyOn(await postgresServer());
  await sql(copy, await scriptOf(archive));
  const rows = await sql(
    copy,
    `SELECT srvname AS name, coalesce((SELECT json_object_agg(option_name, option_value)
    FROM pg_options_to_table(srvoptions)), '{}') AS options FROM pg_foreign_server`,
  );
  expect(new Map(rows.map(({ name, options: found }) => [name, found]))).toEqual(kept);
});

test('entries can be changed without a change of the others', async () => {
  const url = await emptyOn(await postgresServer());
  await sql(url, 'CREATE TABLE one (a int); CREATE TABLE two (a int PRIMARY KEY); COMMENT ON TABLE two IS NULL');
  const archive = await archiveOf(url);
  expect(changeEntries(archive, () => ({}))).toBe(archive);
  const changed = changeEntries(archive, ({ tag, kind, definition }) =>
    kind === 'TABLE' && tag === 'two' ? { definition: `-- longer\n${definition}`, tablespace: 'elsewhere' } : {},
  );
  expect(readContents(changed)).toEqual(readContents(archive));
  const [before, after] = [await scriptOf(archive), await scriptOf(changed)];
  expect(after).toContain('SET default_tablespace = elsewhere;');
  expect(
    after
      .replace('-- longer\n', '')
      .replace(/^SET default_tablespace = .*;\n\n/gm, '')
      .replaceAll('; Tablespace: elsewhere', ''),
  ).toBe(before.replace(/^SET default_tablespace = .*;\n\n/gm, ''));
});
