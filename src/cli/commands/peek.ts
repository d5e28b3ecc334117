import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import { kindOf } from '../../../activities/kind-of.ts';
import { metaOf } from '../../../activities/set.ts';
import { DrError, isDrError } from '../../domain/errors.ts';
import { suggest } from '../../estate/names.ts';
import type { SetLook } from '../../stores/look.ts';
import type { SetReader } from '../../vault/port.ts';
import type { Answer } from '../answer.ts';
import type { Act } from '../commands.ts';
import { findSet } from '../engine/find-set.ts';
import { limitOf } from '../engine/limit-of.ts';
import { openWorld } from '../engine/open-world.ts';
import { sayRows, sayValue } from '../engine/say-rows.ts';
import { inScratch, noLook } from '../engine/scratch.ts';
import { startWork } from '../session.ts';

/** What a set holds, from what the vault says of it. */
const list = ({ manifest }: SetReader, look: SetLook<unknown>, meta: unknown): Answer => {
  const { set, target, fingerprint, leftOut } = manifest;
  const objects = look.contents(meta, {}).map(({ object, kind, bytes }) => ({
    object,
    kind,
    rows: Object.hasOwn(fingerprint.objects, object) ? fingerprint.objects[object]!.rows : null,
    bytes,
  }));
  const rows = objects.map(({ object, kind, rows, bytes }) => [
    sayValue(object),
    kind,
    String(rows ?? ''),
    prettyBytes(bytes),
  ]);
  const table = markdownTable([['object', 'kind', 'rows', 'size'], ...rows], { align: ['l', 'l', 'r', 'r'] });
  const left = leftOut.map((one) => `left out: ${one}`);
  return { json: { set, target, objects, leftOut }, text: [`${set} of ${target}`, table, ...left].join('\n') };
};

/** `relation "ordrs" does not exist`: names the one that is near. */
const withNearest = (error: unknown, names: readonly string[]): unknown => {
  if (!isDrError(error) || error.kind !== 'unknown-name') return error;
  const asked = /"((?:[^"]|"")+)"/.exec(error.message)?.[1] ?? '';
  const bare = names.map((name) => name.slice(name.lastIndexOf('.') + 1));
  return new DrError(
    'unknown-name',
    `${error.message}${suggest(asked, asked.includes('.') ? names : bare)}`,
    error.hint,
  );
};

/** `dr peek <set> [query]`: looks inside without a full restore. Without a query no server is needed. */
export const peek: Act = async (session, [name = '', query], options) => {
  const limit = limitOf(options);
  const world = await openWorld(session);
  const set = await findSet(world, name);
  const { manifest } = set;
  const { look } = kindOf(world, manifest.kind);
  if (look === undefined) throw noLook(manifest.kind);
  const meta = await metaOf(set);
  if (query === undefined) return list(set, look, meta);
  if (query.trim() === '') throw new DrError('bad-input', 'the question is empty', 'dr peek <set> "SELECT …"');

  using running = startWork(session);
  const held = look.contents(meta, {});
  const about = { purpose: 'peek', set, selection: {} } as const;
  const found = await inScratch(session, world, running.work, about, ({ look, by, meta, reader }) =>
    look.peek(by, meta, reader, { query, limit }),
  ).catch((error: unknown) => {
    throw withNearest(
      error,
      held.map(({ object }) => object),
    );
  });
  const totalBytes = held.reduce((sum, { bytes }) => sum + bytes, 0);
  const { columns, rows, hasMore, loaded, bytes } = found;
  const names = columns.map((column) => column.name);
  const of = loaded.length === 0 ? 'no table' : loaded.map(sayValue).join(', ');
  session.say(`loaded ${of}: ${prettyBytes(bytes)} of ${prettyBytes(totalBytes)}`);
  return {
    json: { set: manifest.set, target: manifest.target, columns, rows, hasMore, loaded, bytes, totalBytes },
    text: [
      sayRows(names, rows),
      ...(hasMore ? [`… there are more rows: --limit shows more than ${rows.length}`] : []),
    ].join('\n'),
  };
};
