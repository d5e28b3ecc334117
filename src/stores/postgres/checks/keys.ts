import { DrError } from '../../../domain/errors.ts';
import { ident, qualified } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import { findRelations } from './find-relation.ts';

const rowsAtOnce = 10_000;

type Keys = readonly (readonly (string | null)[])[];

const queryOf = async (session: Session, object: string, columns: readonly string[]): Promise<string> =>
  session.run(`looking for ${object}`, async ({ client }) => {
    const relation = (await findRelations(client, [object])).get(object);
    const missing = (what: string): DrError =>
      new DrError('missing', `there is no ${what}`, 'correct the check, or restore what it names');
    if (relation === undefined) throw missing(object);
    const { rows } = await client.query<{ name: string }>(
      'SELECT attname AS name FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped',
      [relation.oid],
    );
    const absent = columns.find((column) => !rows.some(({ name }) => name === column));
    if (absent !== undefined) throw missing(`column ${absent} of ${object}`);
    return `SELECT ${columns.map((column) => `${ident(column)}::text`).join(', ')} FROM ${qualified(relation)}`;
  });

/**
 * The columns of every row as the server prints them, at one moment, through a cursor: a handful is fetched when the last one
 * was taken. Left early, the transaction ends with it.
 * @throws DrError `missing`, `no-permission`, `unreachable`, `interrupted`
 */
export const keys = async function* (
  session: Session,
  object: string,
  columns: readonly string[],
): AsyncGenerator<Keys> {
  const query = await queryOf(session, object, columns);
  let asked = Promise.withResolvers<boolean>();
  let given = Promise.withResolvers<Keys>();
  const reading = session.run(`reading the keys of ${object}`, async ({ client }) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`DECLARE dr_keys NO SCROLL CURSOR FOR ${query}`);
    while (await asked.promise) {
      asked = Promise.withResolvers();
      const { rows } = await client.query({ text: `FETCH ${rowsAtOnce} FROM dr_keys`, rowMode: 'array' });
      given.resolve(rows);
    }
    await client.query('ROLLBACK');
  });
  try {
    for (;;) {
      given = Promise.withResolvers();
      given.promise.catch(() => {});
      reading.catch((error: unknown) => given.reject(error));
      asked.resolve(true);
      const rows = await given.promise;
      if (rows.length === 0) break;
      yield rows;
    }
  } finally {
    asked.resolve(false);
    await reading.catch(() => {});
  }
};
