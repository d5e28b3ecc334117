import prettyBytes from 'pretty-bytes';
import type { Carried } from '../../domain/data.ts';
import type { Consistency, Digest, Instant, SetId, TargetId } from '../../domain/words.ts';
import type { Manifest } from '../../vault/port.ts';

/** A backup set as commands print it. */
export interface SetSummary {
  set: SetId;
  target: TargetId;
  kind: string;
  consistency: Consistency;
  startedAt: Instant;
  finishedAt: Instant;
  objects: number;
  rows: number;
  bytes: number;
  digest: Digest;
  by: string;
  leftOut: readonly string[];
  /** Files and folders that come along. */
  carried: readonly Omit<Carried, 'stream'>[];
  versions: Readonly<Record<string, string>>;
}

export const summarise = (manifest: Omit<Manifest, 'streams'>, digest: Digest, bytes: number): SetSummary => {
  const { set, target, kind, consistency, startedAt, finishedAt, by, leftOut, carried = [], versions } = manifest;
  const prints = Object.values(manifest.fingerprint.objects);
  return {
    set,
    target,
    kind,
    consistency,
    startedAt,
    finishedAt,
    objects: prints.length,
    rows: prints.reduce((sum, print) => sum + print.rows, 0),
    bytes,
    digest,
    by,
    leftOut,
    carried: carried.map(({ stream: _, ...one }) => one),
    versions,
  };
};

/** Plain bytes of every stream. */
export const bytesOf = ({ streams }: Manifest): number =>
  Object.values(streams).reduce((sum, stream) => sum + stream.bytes, 0);

/** `2026-01-31T02:00:00.000Z`, or both ends of what a fuzzy set shows. */
export const sayConsistency = (consistency: Consistency): string =>
  consistency.kind === 'point-in-time' ? consistency.at : `${consistency.from} to ${consistency.to} (fuzzy)`;

/** `./config, 3 files of 12 kB` */
export const sayCarried = ({ path, files, bytes }: Omit<Carried, 'stream'>): string =>
  `${path}, ${files} ${files === 1 ? 'file' : 'files'} of ${prettyBytes(bytes)}`;
