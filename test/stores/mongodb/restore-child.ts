import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stages } from '../../../src/domain/words.ts';
import { mongodb } from '../../../src/stores/mongodb/index.ts';
import type { Writer } from '../../../src/stores/port.ts';
import { slowSource } from '../slow-source.ts';

/** Restores the set in a folder, slowly enough to be killed in the middle. Prints nothing: it is killed. */
const [folder, url, by] = process.argv.slice(2) as [string, string, string];
const writer: Writer = JSON.parse(by);
const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));
const source = slowSource(folder, 20_000, 1);
const place = await mongodb.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
for (const stage of stages) {
  const units = [...mongodb.units(meta, stage, writer.selection)];
  const work = async (): Promise<void> => {
    for (let unit = units.shift(); unit; unit = units.shift()) await place.restore(unit, meta, source, writer);
  };
  await Promise.all(stage === 'data' ? [work(), work()] : [work()]);
}
