import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stages } from '../../../src/domain/words.ts';
import { milvus } from '../../../src/stores/milvus/index.ts';
import type { Writer } from '../../../src/stores/port.ts';

/** Restores the set in a folder. Prints nothing: it is killed. */
const [folder, url, by] = process.argv.slice(2) as [string, string, string];
const writer: Writer = JSON.parse(by);
const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
const source = {
  async *read(name: string) {
    yield readFileSync(join(folder, encodeURIComponent(name)));
  },
};
const place = await milvus.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
for (const stage of stages) {
  const units = [...milvus.units(meta, stage)];
  const work = async (): Promise<void> => {
    for (let unit = units.shift(); unit; unit = units.shift()) await place.restore(unit, meta, source, writer);
  };
  await Promise.all(stage === 'data' ? [work(), work()] : [work()]);
}
