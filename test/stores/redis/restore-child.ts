import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../../../src/domain/data.ts';
import { stages } from '../../../src/domain/words.ts';
import type { Writer } from '../../../src/stores/port.ts';
import { redis } from '../../../src/stores/redis/index.ts';

/** Restores the set in a folder until so many of its bytes were asked for, and is killed there: by itself, to the byte. */
const [folder, url, by, lastByte] = process.argv.slice(2) as [string, string, string, string];
const writer: Writer = JSON.parse(by);
const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));
let bytes = 0;
const source: Source = {
  read: async function* (name) {
    for await (const piece of createReadStream(join(folder, encodeURIComponent(name)), { highWaterMark: 16_384 })) {
      yield piece as Uint8Array;
      bytes += (piece as Uint8Array).length;
      if (bytes >= Number(lastByte)) process.kill(process.pid, 'SIGKILL');
    }
  },
};
const place = await redis.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
for (const stage of stages) {
  for (const unit of redis.units(meta, stage, writer.selection)) await place.restore(unit, meta, source, writer);
}
