import { DrError } from '../../../domain/errors.ts';
import { selectionKey } from '../../../domain/filter.ts';
import type { Mark } from '../../../domain/words.ts';
import type { Writer } from '../../port.ts';
import { listOwn, parseOwn, readOwn, removeOwn, writeOwn } from '../catalog/own.ts';
import { describeAddress } from '../connection/address.ts';
import type { Operation } from '../connection/session.ts';

const began = 'began/';
const done = 'done/';

/** Null when the product never marked the place. */
export const readMark = async (operation: Operation): Promise<Mark | null> => {
  const text = (await readOwn(operation, ['mark'])).get('mark');
  return text === undefined ? null : parseOwn<Mark>(text, 'mark');
};

export const writeMark = async (operation: Operation, mark: Mark): Promise<void> => {
  await writeOwn(operation, 'mark', JSON.stringify(mark));
};

/** Who restores, as one text. */
const nameOf = ({ run, set, epoch, selection }: Writer): string =>
  JSON.stringify([run, set, epoch, selectionKey(selection)]);

/** What the ledger says: under which epoch the place may be written, and by whom. */
export interface Ledger {
  epoch: number;
  writer: string | null;
  /** Of the unit that was asked for. */
  isBegun: boolean;
  isDone: boolean;
}

export const readLedger = async (operation: Operation, unit = ''): Promise<Ledger> => {
  const found = await readOwn(operation, ['mark', 'epoch', 'writer', began + unit, done + unit]);
  const mark = found.get('mark');
  const ofMark = mark === undefined ? 0 : parseOwn<Mark>(mark, 'mark').epoch;
  const ofWriters = parseOwn<number>(found.get('epoch') ?? '0', 'epoch');
  return {
    epoch: Math.max(ofMark, ofWriters),
    writer: found.get('writer') ?? null,
    isBegun: found.has(began + unit),
    isDone: found.has(done + unit),
  };
};

/** @throws DrError `stale-epoch` */
export const checkEpoch = (operation: Operation, { epoch }: Ledger, by: Writer): void => {
  if (by.epoch >= epoch) return;
  throw new DrError(
    'stale-epoch',
    `epoch of ${describeAddress(operation.session.address)} is ${epoch}, and run ${by.run} writes under ${by.epoch}`,
    'a later run took the place over: end this one',
  );
};

/** The ledger, of this writer. @throws DrError `stale-epoch`, `refused` */
export const openLedger = async (operation: Operation, by: Writer, unit: string): Promise<Ledger> => {
  const ledger = await readLedger(operation, unit);
  checkEpoch(operation, ledger, by);
  if (isOf(ledger, by)) return ledger;
  throw new DrError(
    'refused',
    `run ${by.run} has no ledger in ${describeAddress(operation.session.address)}: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );
};

export const isOf = ({ writer }: Ledger, by: Writer): boolean => writer === nameOf(by);

/** Which run began and has not ended. */
export const runOf = ({ writer }: Ledger): string | null =>
  writer === null ? null : parseOwn<[string]>(writer, 'ledger')[0];

/** Hands the place to a writer: what others had done is forgotten. */
export const handOver = async (operation: Operation, by: Writer): Promise<void> => {
  await writeOwn(operation, 'epoch', String(by.epoch));
  await forget(operation);
  await writeOwn(operation, 'writer', nameOf(by));
};

const forget = async (operation: Operation): Promise<void> =>
  removeOwn(operation, [...(await listOwn(operation, began)), ...(await listOwn(operation, done))]);

/** Says that a unit may be there half. */
export const noteBegun = (operation: Operation, unit: string): Promise<void> => writeOwn(operation, began + unit, '');

export const noteDone = (operation: Operation, unit: string): Promise<void> => writeOwn(operation, done + unit, '');

/** Ids of the units this writer has applied. */
export const readDone = async (operation: Operation, by: Writer): Promise<ReadonlySet<string>> => {
  if (!isOf(await readLedger(operation), by)) return new Set();
  return new Set((await listOwn(operation, done)).map((id) => id.slice(done.length)));
};

/** Drops the ledger: the writer first, so that a unit that comes late is refused. The epoch stays. */
export const endLedger = async (operation: Operation, by: Writer): Promise<void> => {
  if (!isOf(await readLedger(operation), by)) return;
  await removeOwn(operation, ['writer']);
  await forget(operation);
};
