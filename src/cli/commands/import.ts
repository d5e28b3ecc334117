import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { boundOf } from '../../../activities/guard.ts';
import { kindOf } from '../../../activities/kind-of.ts';
import { setIdOf } from '../../../activities/plan/pre-allocate.ts';
import { DrError } from '../../domain/errors.ts';
import type { Work } from '../../stores/port.ts';
import type { Act } from '../commands.ts';
import { knownTarget } from '../engine/known-target.ts';
import { openWorld } from '../engine/open-world.ts';
import { bytesOf, summarise } from '../engine/summarise.ts';
import { startWork } from '../session.ts';

const sizeOf = async (file: string): Promise<number> => {
  const found = await stat(file).catch(() => null);
  if (found?.isFile() === true) return found.size;
  throw new DrError('missing', `no such file: ${file}`, 'give a file that dr export --format json wrote');
};

const watched = async function* (file: string, totalBytes: number, work: Work): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, signal: work.signal })) {
    bytes += (piece as Uint8Array).length;
    work.beat({ says: 'importing', bytes, totalBytes });
    yield piece as Uint8Array;
  }
};

/**
 * `dr import <file> --target <name>`: what `dr export --format json` wrote as a set again. It is never the latest: nobody saw it in
 * the target. Interrupted, it leaves chunks that no manifest names.
 */
export const importSet: Act = async (session, [file = ''], options) => {
  const target = knownTarget(await session.estate(), typeof options.target === 'string' ? options.target : '');
  const totalBytes = await sizeOf(file);
  const world = await openWorld(session);
  const { json } = kindOf(world, target.kind);
  if (json === undefined) {
    throw new DrError('not-supported', `sets of ${target.kind} have no form as JSON`, 'name a target of kind milvus');
  }
  const { place, epoch } = await boundOf(world, target.id);
  using running = startWork(session);
  const { work } = running;
  const startedAt = world.now();
  const by = `import/${target.id}/${startedAt}`;
  const writer = await world.vault.write(target.id, setIdOf(by, startedAt, target.id), work);
  const { consistency, meta, fingerprint, leftOut } = await json.read(watched(file, totalBytes, work), writer, work);
  const reader = await writer.publish({
    kind: target.kind,
    consistency,
    place: { mark: null, epoch },
    fingerprint,
    meta,
    leftOut,
    selection: {},
    versions: world.versions,
    startedAt,
    by,
  });
  const set = summarise(reader.manifest, reader.digest, bytesOf(reader.manifest));
  return {
    json: { ...set, file: basename(file) },
    text: [
      `set ${set.set} of ${set.target}, from ${basename(file)}: ${set.objects} objects, ${set.rows} rows, ${prettyBytes(set.bytes)}`,
      `restore it beside ${place.id}: dr restore ${set.set} --to beside`,
    ].join('\n'),
  };
};
