import type { RestoreSelection } from '../../domain/data.ts';
import type { Stage } from '../../domain/words.ts';
import type { Unit } from '../port.ts';
import { functionsObject, type RedisMeta } from './meta.ts';
import { isEverything, refuseParts, selectedOf } from './selection.ts';

/** `data/3`: the keys of part 3, all of them or those that are selected. */
export const units = function* (meta: RedisMeta, stage: Stage, selection: RestoreSelection = {}): Iterable<Unit> {
  refuseParts(selection.parts);
  const selected = selectedOf(meta, selection);
  const hasFunctions = selected.includes(functionsObject);
  if (stage === 'schema' && hasFunctions) {
    yield { id: 'schema/functions', stage, says: `load functions: ${meta.libraries.join(', ')}`, bytes: 1 };
  }
  if (stage === 'data' && selected.some((name) => name !== functionsObject)) {
    for (const [n, { bytes }] of meta.parts.entries()) {
      yield { id: `data/${n}`, stage, says: `load part ${n + 1} of ${meta.parts.length}`, bytes: Math.max(1, bytes) };
    }
  }
  if (stage === 'finish' && isEverything(selection)) {
    yield { id: 'finish/disk', stage, says: 'wait until the server has it on its disk', bytes: 1 };
  }
};
