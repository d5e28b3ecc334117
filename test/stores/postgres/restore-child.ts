import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stages } from '../../../src/domain/words.ts';
import type { Writer } from '../../../src/stores/port.ts';
import { postgres } from '../../../src/stores/postgres/index.ts';
import { slowSource } from '../slow-source.ts';

/** Restores the set in a folder, slowly enough to be killed in the middle of a stream. Prints nothing: it is killed. */
const [folder, url, by] = process.argv.slice(2) as [string, string, string];
const writer: Writer = JSON.parse(by);
const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8'));
const source = slowSource(folder, 100_000, 1);
const place = await postgres.open(url, { signal: new AbortController().signal, beat: () => {}, parallel: 2 });
for (const stage of stages) {
  const units = [...postgres.units(meta, stage, writer.selection)];
  const work = async (): Promise<void> => {
    for (let unit = units.shift(); unit; unit = units.shift()) await place.restore(unit, meta, source, writer);
  };
  await Promise.all(stage === 'data' || stage === 'index' ? [work(), work()] : [work()]);
}
