import type { RestoreSelection } from '../../domain/data.ts';
import type { Stage } from '../../domain/words.ts';
import type { Unit } from '../port.ts';
import type { Meta, MetaCollection } from './meta.ts';
import { collectionOf, selectedOf } from './selection.ts';

const bytesOf = ({ parts }: MetaCollection): number =>
  Math.max(
    1,
    parts.reduce((sum, { bytes }) => sum + bytes, 0),
  );

/** Documents whose order means something are one unit, whatever their size. */
const loads = function* (collection: MetaCollection, n: number): Iterable<Unit> {
  const { parts, isOrdered } = collection;
  const quoted = JSON.stringify(collection.name);
  if (isOrdered) {
    if (parts.length > 0)
      yield { id: `data/${n}/all`, stage: 'data', says: `load ${quoted}`, bytes: bytesOf(collection) };
    return;
  }
  for (const [p, part] of parts.entries()) {
    const says = parts.length === 1 ? `load ${quoted}` : `load part ${p + 1} of ${parts.length} of ${quoted}`;
    yield { id: `data/${n}/${p}`, stage: 'data', says, bytes: Math.max(1, part.bytes) };
  }
};

/** Collections are made, loaded and indexed; views come last. Pure. */
export const units = function* (meta: Meta, stage: Stage, selection: RestoreSelection = {}): Iterable<Unit> {
  for (const n of selectedOf(meta, selection)) {
    const collection = collectionOf(meta, n);
    const quoted = JSON.stringify(collection.name);
    const isView = collection.type === 'view';
    if (stage === 'schema' && !isView) yield { id: `schema/${n}`, stage, says: `make ${quoted}`, bytes: 1 };
    if (stage === 'data' && !isView) yield* loads(collection, n);
    if (stage === 'index' && collection.indexes.length > 0) {
      yield { id: `index/${n}`, stage, says: `index ${quoted}`, bytes: bytesOf(collection) };
    }
    if (stage === 'finish' && isView) yield { id: `finish/${n}`, stage, says: `make view ${quoted}`, bytes: 1 };
  }
};
