import type { RestoreSelection } from '../../../domain/data.ts';
import type { Stage } from '../../../domain/words.ts';
import type { Unit } from '../../port.ts';
import { hasAutoIds, type Meta } from '../meta.ts';
import { selectedOf } from '../selection.ts';

/**
 * `data/3/0`: collection 3 of the set, its stream 0. Where the server makes the keys, all rows of a collection are one unit:
 * only the whole of them can be taken back and loaded again.
 */
export const units = function* (meta: Meta, stage: Stage, selection: RestoreSelection = {}): Iterable<Unit> {
  const wanted = new Set(selectedOf(meta, selection));
  for (const [n, collection] of meta.collections.entries()) {
    if (!wanted.has(collection)) continue;
    const { chunks } = collection;
    const name = JSON.stringify(collection.name);
    const bytes = Math.max(
      1,
      chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    );
    if (stage === 'schema') yield { id: `schema/${n}`, stage, says: `make ${name}`, bytes: 1 };
    if (stage === 'index' && collection.indexes.length > 0)
      yield { id: `index/${n}`, stage, says: `index ${name}`, bytes };
    if (stage === 'finish') yield { id: `finish/${n}`, stage, says: `load and count ${name}`, bytes };
    if (stage !== 'data' || chunks.length === 0) continue;
    if (hasAutoIds(collection)) yield { id: `data/${n}/all`, stage, says: `load ${name}`, bytes };
    else {
      for (const [c, chunk] of chunks.entries()) {
        const says = `load part ${c + 1} of ${chunks.length} of ${name}`;
        yield { id: `data/${n}/${c}`, stage, says, bytes: Math.max(1, chunk.bytes) };
      }
    }
  }
};
