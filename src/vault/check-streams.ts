import { type DrError, isDrError } from '../domain/errors.ts';
import type { Digest } from '../domain/words.ts';
import { ahead } from './ahead.ts';
import { digestOf } from './chunk-codec.ts';
import type { ChunkRef, Manifest } from './port.ts';
import type { LoadPart } from './set-reader.ts';
import { streamDigest } from './set-writer.ts';
import type { Slots } from './slots.ts';

interface Step {
  stream: string;
  ref: ChunkRef | null;
  isLast: boolean;
}

/** Every part of every stream; streams that share a chunk come one after the other, so that it is read once. */
function* stepsOf(streams: Manifest['streams']): Generator<Step> {
  const sharedName = (name: string): string =>
    streams[name]!.chunks.at(-1)?.slice ? streams[name]!.chunks.at(-1)!.name : '';
  const inOrder = Object.keys(streams).sort((a, b) => (sharedName(a) < sharedName(b) ? -1 : 1));
  for (const stream of inOrder) {
    const refs = streams[stream]!.chunks;
    for (const [at, ref] of refs.entries()) yield { stream, ref, isLast: at === refs.length - 1 };
    if (refs.length === 0) yield { stream, ref: null, isLast: true };
  }
}

/** Reads, authenticates and hashes every stream of a set. Yields each damage; only an unreachable vault ends it early. */
export async function* checkStreams(
  manifest: Manifest,
  loadPart: LoadPart,
  give: (part: Uint8Array) => void,
  permits: Slots,
  signal: AbortSignal,
  progress: (bytes: number, total: number) => void,
): AsyncIterable<{ stream: string; damage: string }> {
  const { streams } = manifest;
  const total = Object.values(streams).reduce((sum, stream) => sum + stream.bytes, 0);
  let done = 0;

  const examine = async (
    step: Step,
    stop: AbortSignal,
  ): Promise<Step & { sha256: Digest; bytes: number; damage?: DrError }> => {
    try {
      const part = step.ref ? await loadPart(step.ref, stop) : new Uint8Array();
      const sha256 = (await digestOf(part)).toString('hex');
      const bytes = part.length;
      give(part);
      return { ...step, sha256, bytes };
    } catch (error) {
      if (!isDrError(error) || (error.kind !== 'damaged' && error.kind !== 'missing')) throw error;
      return { ...step, sha256: '', bytes: 0, damage: error };
    }
  };

  let pieces: Digest[] = [];
  let isWhole = true;
  for await (const one of ahead(stepsOf(streams), examine, permits, signal)) {
    const expected = streams[one.stream]!;
    done += one.ref === null ? 0 : (one.ref.slice?.bytes ?? one.ref.bytes);
    progress(done, total);
    if (one.damage) yield { stream: one.stream, damage: one.damage.message };
    isWhole &&= one.damage === undefined;
    if (one.ref) pieces.push(one.sha256);
    if (!one.isLast) continue;
    if (isWhole && streamDigest(pieces) !== expected.sha256) {
      yield {
        stream: one.stream,
        damage: `its digest is not ${expected.sha256.slice(0, 16)}, which the manifest names`,
      };
    }
    pieces = [];
    isWhole = true;
  }
}
