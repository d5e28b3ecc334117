import type { Selection, Sink } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import type { MemoryDatabase } from '../../memory/server.ts';
import type { Snapshot } from '../port.ts';
import { fingerprintOf } from './fingerprint.ts';
import { canaryObject, type Meta } from './meta.ts';
import { goOn, type Session, suffer } from './session.ts';

/** Small, so that a few hundred rows make enough units to interrupt. */
const rowsPerChunk = 100;

const chunksOf = (rows: readonly string[]): string[] =>
  Array.from(
    { length: Math.ceil(rows.length / rowsPerChunk) },
    (_, n) => `${rows.slice(n * rowsPerChunk, (n + 1) * rowsPerChunk).join('\n')}\n`,
  );

const pieces = async function* (session: Session, text: string): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 1024) {
    goOn(session);
    yield bytes.subarray(at, at + 1024);
  }
};

/** Rows never change once inserted, so a copy of the lists is one consistent view. */
export const snapshot = async (
  session: Session,
  database: MemoryDatabase,
  to: Sink,
  selection: Selection,
): Promise<Snapshot<Meta>> => {
  const names = [...database.objects.keys()].sort();
  if (names.length === 0) {
    throw new DrError(
      'no-match',
      `nothing to back up: ${session.url} holds no object`,
      'check that it is the right place',
    );
  }
  const { parts = 'all' } = selection;
  const wanted = new Set([...selectNames(names, selection), ...names.filter((name) => name === canaryObject)]);
  const view = names
    .filter((name) => wanted.has(name))
    .map((name) => {
      const object = database.objects.get(name)!;
      return { name, ...object, rows: parts === 'schema' ? [] : [...object.rows] };
    });
  const at = new Date(Date.now() - database.skewMs).toISOString();
  const { version } = database;

  const totalBytes = view.flatMap(({ rows }) => rows).reduce((sum, row) => sum + Buffer.byteLength(row) + 1, 0);
  let done = 0;
  const objects: Meta['objects'][number][] = [];
  for (const [n, { name, rows, isIndexed }] of view.entries()) {
    const chunks: { rows: number; bytes: number }[] = [];
    for (const [c, text] of chunksOf(rows).entries()) {
      goOn(session);
      const written = await to.write(`data/${n}/${c}`, pieces(session, text));
      done += written.bytes;
      session.work.beat({ says: `backing up ${JSON.stringify(name)}`, bytes: done, totalBytes });
      chunks.push({ rows: text.split('\n').length - 1, bytes: written.bytes });
    }
    objects.push({ name, isIndexed, chunks });
  }
  await suffer(session, 'snapshot', 'half-way');
  session.work.beat({ says: 'backed up', bytes: done, totalBytes });
  return {
    consistency: { kind: 'point-in-time', at },
    meta: { version, parts, objects },
    fingerprint: fingerprintOf(view.map(({ name, rows }) => [name, rows] as const)),
    leftOut: parts === 'all' ? [] : [parts === 'schema' ? 'rows of every object' : 'definitions of every object'],
  };
};
