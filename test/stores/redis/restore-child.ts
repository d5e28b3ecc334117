import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stages } from '../../../src/domain/words.ts';
import type { Writer } from '../../../src/stores/port.ts';
import { redis } from '../../../src/stores/redis/index.ts';

/** Restores the set in a folder, slowly enough to be killed in the middle of a stream. Prints nothing: it is killed. */
const [folder, url, by] = process.argv.slice(2) as [string, string, string];
const writer: Writer = JSON.parse(by);
const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));
const source = {
  read: async function* (name: string) {
    for await (const piece of createReadStream(join(folder, encodeURIComponent(name)), { highWaterMark: 16_384 })) {
      yield piece as Uint8Array;
      await pause(2);
    }
  },
};
const place = await redis.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
for (const stage of stages) {
  for (const unit of redis.units(meta, stage, writer.selection)) await place.restore(unit, meta, source, writer);
}
