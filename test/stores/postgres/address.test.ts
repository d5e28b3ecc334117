import { expect, test } from 'vitest';
import {
  addressOf,
  describeAddress,
  environmentOf,
  patient,
  readAddress,
} from '../../../src/stores/postgres/connection/address.ts';

const parts = (text: string) => environmentOf(readAddress(text));

test('a URL becomes the environment of pg_dump, special characters decoded', () => {
  expect(parts('postgres://us%40er:p%2Fw%20d@db.example:5433/my%20%22db%22?sslmode=require')).toEqual({
    PGHOST: 'db.example',
    PGPORT: '5433',
    PGUSER: 'us@er',
    PGPASSWORD: 'p/w d',
    PGDATABASE: 'my "db"',
    PGSSLMODE: 'require',
    PGAPPNAME: 'dr-runbooks',
    PGCONNECT_TIMEOUT: '10',
    PGOPTIONS: patient,
  });
});

test('pg_dump begins without the time limits of its login, and with what the URL sets', () => {
  expect(patient).toContain('-c statement_timeout=0');
  expect(parts('postgres://me@host/a?options=-c%20work_mem%3D64MB')).toMatchObject({
    PGOPTIONS: `-c work_mem=64MB ${patient}`,
  });
});

test('sockets, IPv6 hosts and a URL without a database', () => {
  const socket = { PGHOST: '/var/run/pg', PGDATABASE: 'orders', PGUSER: 'me' };
  expect(parts('postgresql:///orders?host=/var/run/pg&user=me')).toMatchObject(socket);
  expect(parts('postgresql://me@%2Fvar%2Frun%2Fpg/orders')).toMatchObject(socket);
  expect(parts('postgres://me@[::1]:5432')).toMatchObject({ PGHOST: '::1', PGDATABASE: 'me' });
});

test('another database of the same server keeps everything but the name', () => {
  const other = addressOf(readAddress('postgres://me:pw@host/a?sslmode=require'), '../b?c#d');
  expect(other.url.href).toBe('postgres://me:pw@host/..%2Fb%3Fc%23d?sslmode=require');
  expect(readAddress(other.url.href).database).toBe('../b?c#d');
});

test('what is printed holds no password', () => {
  expect(describeAddress(readAddress('postgres://me:s3cret@host:5/a'))).toBe('"a" on host:5');
});

test('anything else is bad input', () => {
  for (const text of ['', 'orders', 'mysql://me:s3cret@host/a', 'postgres://host/%ff%', '/etc/passwd']) {
    expect(() => readAddress(text), text).toThrow(expect.objectContaining({ kind: 'bad-input' }));
  }
});
