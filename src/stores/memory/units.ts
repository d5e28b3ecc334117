import type { RestoreSelection } from '../../domain/data.ts';
import { selectNames } from '../../domain/filter.ts';
import { refuseUnheld } from '../../domain/parts.ts';
import type { Stage } from '../../domain/words.ts';
import type { Unit } from '../port.ts';
import type { Meta } from './meta.ts';

/** `data/3/0`: a unit's id is also the name of the stream it reads. Definitions are made, and rows loaded and counted. */
export const units = function* (meta: Meta, stage: Stage, selection: RestoreSelection = {}): Iterable<Unit> {
  const { parts = 'all' } = selection;
  refuseUnheld(meta.parts, parts);
  const isMade = parts !== 'data';
  const isLoaded = parts !== 'schema';
  const names = meta.objects.map(({ name }) => name);
  const wanted = new Set(selectNames(names, selection));
  for (const [n, object] of meta.objects.entries()) {
    if (!wanted.has(object.name)) continue;
    const quoted = JSON.stringify(object.name);
    const bytes = Math.max(
      1,
      object.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    );
    if (stage === 'schema' && isMade) yield { id: `schema/${n}`, stage, says: `make ${quoted}`, bytes: 1 };
    if (stage === 'index' && isMade && object.isIndexed) {
      yield { id: `index/${n}`, stage, says: `index ${quoted}`, bytes };
    }
    if (stage === 'finish' && isLoaded) yield { id: `finish/${n}`, stage, says: `count ${quoted}`, bytes };
    if (stage === 'data' && isLoaded) {
      for (const [c, chunk] of object.chunks.entries()) {
        const says = `load part ${c + 1} of ${object.chunks.length} of ${quoted}`;
        yield { id: `data/${n}/${c}`, stage, says, bytes: Math.max(1, chunk.bytes) };
      }
    }
  }
};
