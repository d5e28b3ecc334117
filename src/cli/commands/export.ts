import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import { kindOf } from '../../../activities/kind-of.ts';
import { metaOf } from '../../../activities/set.ts';
import { DrError } from '../../domain/errors.ts';
import { suggest } from '../../estate/names.ts';
import { type StockDump, type StockFormat, stockFormats } from '../../stores/look.ts';
import type { Work } from '../../stores/port.ts';
import type { Act, Options } from '../commands.ts';
import { expectedBytes, watchFile } from '../engine/export-progress.ts';
import { fillScratch } from '../engine/fill-scratch.ts';
import { filterOf } from '../engine/filter-of.ts';
import { findSet } from '../engine/find-set.ts';
import { openWorld } from '../engine/open-world.ts';
import { inScratch, noLook } from '../engine/scratch.ts';
import { checkOut, hashing, intoFile, type Written } from '../engine/write-out.ts';
import { type Session, startWork } from '../session.ts';

const formats = [...stockFormats, 'json'] as const;

const formatOf = ({ format = 'plain' }: Options): StockFormat | 'json' => {
  const known = formats.find((one) => one === format);
  if (known !== undefined) return known;
  const near = suggest(String(format), formats);
  throw new DrError('bad-input', `no format "${format}"${near}`, `legal: ${formats.join(', ')}`);
};

/** Where it goes: a file, or null for standard output. */
const outOf = async ({ terminal }: Session, options: Options, format: StockFormat | 'json'): Promise<string | null> => {
  if (typeof options.out === 'string') {
    await checkOut(options.out, options.force === true);
    return options.out;
  }
  const why =
    options.json === true
      ? 'with --json, standard output is for the answer'
      : format === 'custom' && terminal.isOutInteractive
        ? 'format custom is nothing for a terminal'
        : null;
  if (why === null) return null;
  throw new DrError('bad-input', `${why}, and no file is named`, 'give --out <file>');
};

const save = (file: string, data: AsyncIterable<Uint8Array>, work: Work): Promise<Written> =>
  intoFile(file, work, (part) =>
    pipeline(Readable.from(data, { objectMode: false }), createWriteStream(part), { signal: work.signal }),
  );

/** `dr export <set> --format json`: rows as JSON, of kinds that have such a form. Needs no scratch server. */
const exportJson: Act = async (session, [name = ''], options) => {
  const out = await outOf(session, options, 'json');
  const world = await openWorld(session);
  const set = await findSet(world, name);
  const { manifest } = set;
  const { json } = kindOf(world, manifest.kind);
  if (json === undefined) {
    throw new DrError(
      'not-supported',
      `sets of ${manifest.kind} have no form as JSON`,
      `legal: ${stockFormats.join(', ')}`,
    );
  }
  if (options.schemaOnly === true) {
    throw new DrError('bad-input', 'format json holds definitions and rows', 'leave --schema-only out');
  }
  const meta = await metaOf(set);
  using running = startWork(session);
  const { work } = running;
  const reader = await world.vault.open(manifest.target, manifest.set, work);
  const data = json.write(meta, reader, filterOf(options) ?? {}, work);
  const passed = (bytes: number): void => work.beat({ says: 'exporting', bytes, totalBytes: null });
  const written: Written = { bytes: 0, sha256: '' };
  if (out === null) await session.terminal.send(hashing(data, written, passed), session.signal);
  else Object.assign(written, await save(out, data, work));
  const text = [
    `exported ${manifest.set} to ${out ?? 'standard output'}: ${prettyBytes(written.bytes)}, format json`,
    `sha256 ${written.sha256}`,
    ...manifest.leftOut.map((one) => `not in it: ${one}`),
  ].join('\n');
  if (out === null) session.say(text);
  const { target, set: id, leftOut } = manifest;
  return { json: { set: id, target, format: 'json', out, ...written, leftOut }, text: out === null ? '' : text };
};

/** `dr export <set>`: for people with stock tools. */
export const exportSet: Act = async (session, names, options) => {
  const format = formatOf(options);
  if (format === 'json') return exportJson(session, names, options);
  const [name = ''] = names;
  const how: StockDump = { format, schemaOnly: options.schemaOnly === true };
  const out = await outOf(session, options, format);
  const world = await openWorld(session);
  const set = await findSet(world, name);
  const { manifest } = set;
  const kind = kindOf(world, manifest.kind);
  if (kind.look === undefined) throw noLook(manifest.kind);
  const meta = await metaOf(set);
  const filter = filterOf(options) ?? {};
  const selected = kind.look.contents(meta, filter);
  const parts = how.schemaOnly ? ({ parts: 'schema' } as const) : {};
  const selection = { ...filter, ...parts, keys: 'leave-out' } as const;
  const left = [...manifest.leftOut, ...kind.look.notDumped(meta)];
  const explained = kind.explain(meta, selection);

  using running = startWork(session);
  const { work } = running;
  const totalBytes = how.schemaOnly ? 0 : expectedBytes(manifest, selected, format);
  const passed = (bytes: number): void =>
    work.beat({ says: 'exporting', bytes, totalBytes: totalBytes === 0 ? null : Math.max(bytes, totalBytes) });
  const send = async (data: AsyncIterable<Uint8Array>): Promise<Written> => {
    const written = { bytes: 0, sha256: '' };
    await session.terminal.send(hashing(data, written, passed), session.signal);
    return written;
  };
  const reader = await world.vault.open(manifest.target, manifest.set, work);
  const direct = how.schemaOnly ? await kind.look.dumpSchema(meta, reader, filter, format, work) : null;
  const written =
    direct !== null
      ? await (out === null ? send(direct) : save(out, direct, work))
      : await inScratch(session, world, work, { purpose: 'export', set, selection }, async (scratch) => {
          await fillScratch(scratch);
          if (out === null) return send(scratch.look.dump(how));
          return intoFile(out, work, async (part) => {
            using _ = watchFile(part, work, totalBytes);
            await scratch.look.dumpTo(part, how);
          });
        });
  const isProven = direct === null && !how.schemaOnly;
  const prints = manifest.fingerprint.objects;
  const rows = how.schemaOnly ? 0 : selected.reduce((sum, { object }) => sum + (prints[object]?.rows ?? 0), 0);
  const what = how.schemaOnly ? 'definitions' : `${selected.length} objects, ${rows} rows`;
  const text = [
    `exported ${what} of ${manifest.set} to ${out ?? 'standard output'}: ${prettyBytes(written.bytes)}, format ${format}`,
    `sha256 ${written.sha256}`,
    isProven ? 'what was exported had been restored and compared: equal' : 'definitions only: nothing to compare',
    ...explained,
    ...left.map((one) => `not in it: ${one}`),
  ].join('\n');
  if (out === null) session.say(text);
  const { target, set: id } = manifest;
  return {
    json: {
      set: id,
      target,
      ...how,
      out,
      ...written,
      objects: selected.length,
      rows,
      isProven,
      leftOut: left,
      explained,
    },
    text: out === null ? '' : text,
  };
};
