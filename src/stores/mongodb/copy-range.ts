import type { Sink } from '../../domain/data.ts';
import type { ObjectPrint } from '../../domain/fingerprint.ts';
import { freeBytes } from '../../domain/free-bytes.ts';
import { newDigest } from './bson/digest.ts';
import type { Part } from './meta.ts';

/** What a range came to. */
export interface Copied {
  parts: readonly Part[];
  print: ObjectPrint;
}

/**
 * Writes documents as they come into parts of about `partBytes`, and adds them up. A range without documents has no part.
 * Killed, it leaves streams that no manifest names.
 */
export const copyRange = async (
  documents: AsyncIterable<readonly Uint8Array[]>,
  to: Sink,
  name: (part: number) => string,
  partBytes: number,
  written: (bytes: number) => void,
): Promise<Copied> => {
  const digest = newDigest();
  const parts: Part[] = [];
  const batches = documents[Symbol.asyncIterator]();
  let left: readonly Uint8Array[] = [];

  const more = async (): Promise<boolean> => {
    while (left.length === 0) {
      const next = await batches.next();
      if (next.done) return false;
      left = next.value;
    }
    return true;
  };

  const onePart = async function* (counted: { rows: number; bytes: number }): AsyncIterable<Uint8Array> {
    do {
      const taken: Uint8Array[] = [];
      let bytes = 0;
      while (taken.length < left.length && counted.bytes + bytes < partBytes) {
        const document = left[taken.length]!;
        digest.add(document);
        taken.push(document);
        bytes += document.length;
      }
      left = left.slice(taken.length);
      counted.rows += taken.length;
      counted.bytes += bytes;
      const joined = Buffer.concat(taken, bytes);
      yield joined;
      freeBytes(joined);
      written(bytes);
    } while (counted.bytes < partBytes && (await more()));
  };

  try {
    while (await more()) {
      const counted = { rows: 0, bytes: 0 };
      const stream = name(parts.length);
      await to.write(stream, onePart(counted));
      parts.push({ stream, ...counted });
    }
  } finally {
    // Not awaited: a reader that waits for a server that is gone would keep the failure back.
    void Promise.resolve(batches.return?.()).catch(() => {});
  }
  return { parts, print: digest.print() };
};
