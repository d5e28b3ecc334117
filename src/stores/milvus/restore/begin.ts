import { DrError } from '../../../domain/errors.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Writer } from '../../port.ts';
import { writeOwn } from '../catalog/own.ts';
import { listCollections } from '../catalog/read-catalog.ts';
import { refuseUnknownTypes } from '../catalog/types.ts';
import { describeAddress } from '../connection/address.ts';
import type { Operation } from '../connection/session.ts';
import type { Meta } from '../meta.ts';
import { explain, selectedOf } from '../selection.ts';
import { checkEpoch, handOver, isOf, readLedger, runOf } from './ledger.ts';
import { refuseOlder } from './refuse-older.ts';

/** @throws DrError `not-empty` */
const refuseContents = async (operation: Operation, by: Writer, meta: Meta): Promise<void> => {
  const { into = 'empty' } = by.selection ?? {};
  const selected = selectedOf(meta, by.selection ?? {}).map(({ name }) => name);
  const found = await listCollections(operation);
  const there = into === 'existing' ? found.filter((name) => selected.includes(name)) : found;
  if (there.length === 0) return;
  const first = there.slice(0, 5).map((name) => JSON.stringify(name));
  throw new DrError(
    'not-empty',
    `${describeAddress(operation.session.address)} is not empty: found ${first.join(', ')}${there.length > 5 ? ', …' : ''}`,
    into === 'existing'
      ? 'choose others (--only), or drop what is there first'
      : 'restore to an empty place, or discard what is there first',
  );
};

/**
 * Makes the ledger. Nothing is written before everything was looked at; what another run made between that look and the new
 * epoch is seen by a second one, and the epoch goes back.
 */
export const begin = async (operation: Operation, by: Writer, meta: Meta): Promise<void> => {
  const { version } = operation.session;
  const ledger = await readLedger(operation);
  checkEpoch(operation, ledger, by);
  if (isOf(ledger, by)) return;
  const { selection = {} } = by;
  explain(meta, selection);
  refuseOlder(meta.version, version);
  refuseUnknownTypes(selectedOf(meta, selection), version);
  const other = runOf(ledger);
  if (isShared(selection) && other !== null) {
    throw new DrError(
      'refused',
      `run ${other} has begun to restore into ${describeAddress(operation.session.address)} and has not ended`,
      'let it end first: run it again, it goes on where it stopped',
    );
  }
  await refuseContents(operation, by, meta);
  await handOver(operation, by);
  try {
    await refuseContents(operation, by, meta);
  } catch (error) {
    await writeOwn(operation, 'epoch', String(ledger.epoch));
    throw error;
  }
};
