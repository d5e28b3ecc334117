import { setTimeout as sleep } from 'node:timers/promises';
import { DrError, isDrError } from '../../../domain/errors.ts';
import { countRows, fullName, isLoaded } from '../catalog/read-catalog.ts';
import type { Message, Operation } from '../connection/session.ts';
import type { Meta } from '../meta.ts';

type Collection = Meta['collections'][number];

const firstPollMs = 10;
const pollMs = 500;
/** Rows become visible and indexes are built by processes of their own. */
const longestMs = 4 * 3_600_000;

const until = async (operation: Operation, says: string, isSo: () => Promise<boolean>): Promise<void> => {
  const giveUpAt = Date.now() + longestMs;
  for (let pauseMs = firstPollMs; !(await isSo()); pauseMs = Math.min(pauseMs * 2, pollMs)) {
    operation.goOn();
    if (Date.now() > giveUpAt) {
      throw new DrError(
        'busy',
        `${says} is not done after ${longestMs / 3_600_000} hours`,
        'look at the log of the server',
      );
    }
    operation.session.work.beat({ says, bytes: 0, totalBytes: null });
    await sleep(pauseMs, undefined, { signal: operation.signal }).catch(operation.goOn);
  }
};

const isThere = (error: unknown): boolean => isDrError(error) && /already exist/i.test(error.message);

/** Seals what was loaded and builds every index, as it was. One that is there already stays. */
export const buildIndexes = async (operation: Operation, { name, indexes }: Collection): Promise<void> => {
  const collection_name = fullName(operation, name);
  await operation.call('Flush', { collection_names: [collection_name] });
  for (const { field, name: index_name, settings } of indexes) {
    await operation
      .call('CreateIndex', { collection_name, field_name: field, index_name, extra_params: settings })
      .catch((error: unknown) => {
        if (!isThere(error)) throw error;
      });
  }
  await until(operation, `indexing ${JSON.stringify(name)}`, async () => {
    const { index_descriptions: found } = await operation.call('DescribeIndex', { collection_name });
    const failed = (found as Message[]).find(({ state }) => state === 'Failed');
    if (failed !== undefined) {
      throw new DrError(
        'unexpected',
        `index ${JSON.stringify(failed.index_name)} of ${JSON.stringify(name)} cannot be built: ${failed.index_state_fail_reason}`,
        'look at the log of the server',
      );
    }
    return (found as Message[]).every(({ state }) => state === 'Finished');
  });
};

const chunkRows = ({ chunks }: Collection): number => chunks.reduce((sum, { rows }) => sum + rows, 0);

/** Loads a collection until the server counts what the set holds, twice in a row. */
const loadAll = async (operation: Operation, collection: Collection): Promise<void> => {
  const { name } = collection;
  await operation.call('LoadCollection', { collection_name: fullName(operation, name), replica_number: 1 });
  await until(operation, `loading ${JSON.stringify(name)}`, () => isLoaded(operation, name));
  const rows = chunkRows(collection);
  let last = -1;
  let looks = 0;
  await until(operation, `counting ${JSON.stringify(name)}`, async () => {
    const before = last;
    last = await countRows(operation, name);
    looks += 1;
    if (last !== before) return last === rows && looks > 1;
    if (last === rows) return true;
    if (looks < 20) return false;
    throw new DrError(
      'not-equal',
      `count(*) of ${JSON.stringify(name)} is ${last} and does not change, and the set holds ${rows} rows`,
      'discard the place and restore the set once more',
    );
  });
};

/** An alias that is there stays where it leads: users may have been moved since. */
const setAliases = async (operation: Operation, { name, aliases }: Collection): Promise<void> => {
  const collection_name = fullName(operation, name);
  for (const one of aliases) {
    const alias = fullName(operation, one);
    await operation.call('CreateAlias', { alias, collection_name }).catch(async (error: unknown) => {
      if (!isDrError(error) || error.kind !== 'unexpected') throw error;
      await operation.call('DescribeAlias', { alias });
    });
  }
};

/** A collection as users had it: searchable where it was, and under its aliases. */
export const finish = async (operation: Operation, collection: Collection): Promise<void> => {
  const { name, isLoaded: wasLoaded, indexes } = collection;
  if (wasLoaded) await loadAll(operation, collection);
  else if (indexes.length > 0) {
    await operation.call('ReleaseCollection', { collection_name: fullName(operation, name) });
  }
  await setAliases(operation, collection);
};
