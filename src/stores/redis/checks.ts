import { createHash } from 'node:crypto';
import type { Check, CheckKind, CheckRow, ObjectsCheck, OrphansCheck } from '../../domain/checks.ts';
import { describeCheck } from '../../domain/checks.ts';
import { DrError } from '../../domain/errors.ts';
import { interrupted } from '../failure.ts';
import type { CheckOptions, Checks } from '../port.ts';
import { failureOf } from './connection/failure.ts';
import { connect, type Link } from './connection/link.ts';
import type { Session } from './connection/session.ts';
import { functionsObject } from './meta.ts';
import { globOf, groupBytes, listGroups, scanKeys } from './scan.ts';

type Found = Omit<CheckRow, 'check' | 'says'>;
type Keys = readonly (readonly (string | null)[])[];

const mostExamples = 5;

/** The database and the first part of the keys that an object's name stands for; null when it is no such name. */
const placeOf = ({ address }: Session, object: string): { db: number; group: Buffer } | null => {
  if (address.database !== null) return { db: address.database, group: Buffer.from(object) };
  const match = /^db(\d+)\/(.*)$/s.exec(object);
  return match === null ? null : { db: Number(match[1]), group: Buffer.from(match[2]!) };
};

/** `cart:*:items`: what stands for the star in the name of a key; null when it is another name. */
const starOf = (column: string): ((key: string) => string | null) => {
  const at = column.indexOf('*');
  const [head, tail] = [column.slice(0, at), column.slice(at + 1)];
  return (key) =>
    key.length >= head.length + tail.length && key.startsWith(head) && key.endsWith(tail)
      ? key.slice(head.length, key.length - tail.length)
      : null;
};

/** Columns of every key: what a star stands for, or the field of a hash. */
const rowsOf = async function* (
  session: Session,
  { redis }: Link,
  object: string,
  columns: readonly string[],
): AsyncGenerator<Keys> {
  const place = placeOf(session, object);
  if (place === null) return;
  const stars = columns.map((column) => (column.includes('*') ? starOf(column) : null));
  const fields = columns.filter((column) => !column.includes('*'));
  await redis.select(place.db);
  for await (const found of scanKeys(redis, `${globOf(place.group).toString()}*`)) {
    session.goOn();
    const keys = found.filter((key) => groupBytes(key).equals(place.group));
    if (keys.length === 0) continue;
    const pipeline = redis.pipeline();
    if (fields.length > 0) for (const key of keys) pipeline.hmget(key, ...fields);
    const answers = fields.length > 0 ? ((await pipeline.exec()) ?? []) : [];
    yield keys.map((key, n) => {
      const values = (answers[n]?.[1] ?? []) as (string | null)[];
      let field = 0;
      return stars.map((star) => (star === null ? (values[field++] ?? null) : star(key.toString())));
    });
  }
  await redis.select(session.home);
};

/** Null when one of them is absent: such a row names nothing. */
const nameOf = (values: readonly (string | null)[]): string | null =>
  values.includes(null) ? null : JSON.stringify(values);

const namesOf = async (session: Session, link: Link): Promise<Set<string>> => {
  const names = new Set((await listGroups(session, link)).groups.keys());
  if (session.address.database !== null) return names;
  const libraries = (await link.redis.call('FUNCTION', 'LIST').catch(() => [])) as unknown[];
  return libraries.length > 0 ? names.add(functionsObject) : names;
};

const objects = async (session: Session, link: Link, { names }: ObjectsCheck): Promise<Found> => {
  const there = await namesOf(session, link);
  const absent = names.filter((name) => !there.has(name));
  const expected = names.length === 1 ? '1 object' : `${names.length} objects`;
  if (absent.length === 0) return { state: 'green', expected, found: 'all are there' };
  return { state: 'red', expected, found: `there is no ${absent.join(', ')}` };
};

const orphans = async (session: Session, link: Link, check: OrphansCheck, { shows }: CheckOptions): Promise<Found> => {
  const expected = '0 orphans';
  const parents = new Set<string>();
  let seen = { child: false, parent: false };
  for await (const rows of rowsOf(session, link, check.parent, check.parentColumns)) {
    seen = { ...seen, parent: true };
    for (const row of rows) {
      const name = nameOf(row);
      if (name !== null) parents.add(name);
    }
  }
  const examples = new Set<string>();
  let lost = 0;
  for await (const rows of rowsOf(session, link, check.child, check.columns)) {
    seen = { ...seen, child: true };
    for (const row of rows) {
      const name = nameOf(row);
      if (name === null || parents.has(name)) continue;
      lost += 1;
      if (examples.size >= mostExamples) continue;
      examples.add(shows === 'values' ? name : createHash('sha256').update(name).digest('hex').slice(0, 16));
    }
  }
  if (!seen.child || !seen.parent) {
    return { state: 'red', expected, found: `there is no ${seen.child ? check.parent : check.child}` };
  }
  if (lost === 0) return { state: 'green', expected, found: '0 orphans' };
  return { state: 'red', expected, found: lost === 1 ? '1 orphan' : `${lost} orphans`, examples: [...examples] };
};

const unmeasured = async (): Promise<Found> => ({
  state: 'not measured',
  expected: 'an answer',
  found: 'stores of Redis have no such check',
});

const runs: {
  [K in CheckKind]?: (session: Session, link: Link, check: never, options: CheckOptions) => Promise<Found>;
} = { objects, orphans };

/**
 * Checks over names of keys and fields of hashes. A column is a name of a key with one star, `cart:*`, and means what stands
 * for the star; or it is a field. A key may be looked at twice while others write.
 */
export const checksOf = (session: Session): Checks => ({
  run: (checks, options) =>
    session.run('checking', async (link) => {
      const rows: CheckRow[] = [];
      for (const check of checks as readonly Check[]) {
        session.goOn();
        const run = runs[check.kind] ?? unmeasured;
        rows.push({
          check: check.kind,
          says: describeCheck(check),
          ...(await run(session, link, check as never, options)),
        });
      }
      return rows;
    }),
  async *keys(object, columns) {
    // A connection of its own: whoever reads may do so slowly.
    const link = await session.run('connecting', () => connect(session.address));
    let isThere = false;
    try {
      for await (const rows of rowsOf(session, link, object, columns)) {
        isThere = true;
        yield rows;
      }
    } catch (error) {
      throw session.work.signal.aborted ? interrupted() : failureOf(error, `reading keys at ${session.where}`);
    } finally {
      link.destroy();
    }
    if (isThere) return;
    throw new DrError('missing', `there is no ${object} in ${session.where}`, 'name a group of keys that is there');
  },
});
