import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Source } from '../../src/domain/data.ts';

/** A set in a folder, read slowly enough that whoever reads it can be killed in the middle of a stream. */
export const slowSource = (folder: string, pieceBytes: number, pauseMs: number): Source => ({
  read: async function* (name) {
    for await (const piece of createReadStream(join(folder, encodeURIComponent(name)), { highWaterMark: pieceBytes })) {
      yield piece as Uint8Array;
      await pause(pauseMs);
    }
  },
});
