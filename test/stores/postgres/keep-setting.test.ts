import { expect, test } from 'vitest';
import { keepSetting } from '../../../src/stores/postgres/catalog/keep-setting.ts';
import { ident } from '../../../src/stores/postgres/connection/quote.ts';
import { database, sql } from './lab.ts';
import { other } from './live.ts';

test('a restored time limit is kept for those who come later, and is not upon the connection that restores it', async () => {
  const url = await database('CREATE SCHEMA "a, b"');
  const name = new URL(url).pathname.slice(1);
  const client = await other(url);
  const settings = [
    { name: 'idle_in_transaction_session_timeout', value: '1ms' },
    { name: 'statement_timeout', value: '1ms' },
    { name: 'datestyle', value: 'German, DMY' },
    { name: 'shop.greeting', value: 'it\'s, "here"' },
    { name: 'search_path', value: '"a, b", public' },
  ];
  await client.query('BEGIN');
  for (const setting of settings) await keepSetting(client, `DATABASE ${ident(name)}`, setting);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { rows } = await client.query('SHOW statement_timeout');
  expect(rows).toEqual([{ statement_timeout: '0' }]);
  await client.query('COMMIT');
  const kept = `SELECT unnest(setconfig) AS one FROM pg_db_role_setting WHERE setrole = 0
    AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  const admin = new URL(url);
  admin.searchParams.set('options', '-c statement_timeout=0');
  expect((await sql(admin.href, kept)).map(({ one }) => one).sort()).toEqual(
    settings.map(({ name, value }) => `${name === 'datestyle' ? 'DateStyle' : name}=${value}`).sort(),
  );
});
