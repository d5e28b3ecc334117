import type { Filter } from '../../domain/data.ts';
import { selectNames } from '../../domain/filter.ts';
import type { Stage } from '../../domain/words.ts';
import type { Unit } from '../port.ts';
import type { Meta } from './meta.ts';

/** `data/3/0`: a unit's id is also the name of the stream it reads. */
export const units = function* (meta: Meta, stage: Stage, filter: Filter = {}): Iterable<Unit> {
  const wanted = new Set(
    selectNames(
      meta.objects.map(({ name }) => name),
      filter,
    ),
  );
  for (const [n, object] of meta.objects.entries()) {
    if (!wanted.has(object.name)) continue;
    const quoted = JSON.stringify(object.name);
    const bytes = Math.max(
      1,
      object.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    );
    if (stage === 'schema') yield { id: `schema/${n}`, stage, says: `make ${quoted}`, bytes: 1 };
    if (stage === 'index' && object.isIndexed) yield { id: `index/${n}`, stage, says: `index ${quoted}`, bytes };
    if (stage === 'finish') yield { id: `finish/${n}`, stage, says: `count ${quoted}`, bytes };
    if (stage === 'data') {
      for (const [c, chunk] of object.chunks.entries()) {
        const says = `load part ${c + 1} of ${object.chunks.length} of ${quoted}`;
        yield { id: `data/${n}/${c}`, stage, says, bytes: Math.max(1, chunk.bytes) };
      }
    }
  }
};
