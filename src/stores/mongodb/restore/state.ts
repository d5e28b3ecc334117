import { createHash } from 'node:crypto';
import { DrError } from '../../../domain/errors.ts';
import { selectionKey } from '../../../domain/filter.ts';
import type { Mark } from '../../../domain/words.ts';
import type { Writer } from '../../port.ts';
import { describeAddress } from '../connection/address.ts';
import { codeOf } from '../connection/failure.ts';
import type { Own, Session } from '../connection/session.ts';
import { markId, markOf } from '../mark.ts';

/**
 * Who restores into a place, under which epoch, and which units are under way. One document, so that one update decides:
 * nobody takes a place over while a unit of another one may still write. A unit that was killed counts as under way until
 * nothing was heard of it for `deadMs`.
 */
export interface State {
  epoch: number;
  /** Null: nobody has begun, or who had begun has ended. */
  writer: string | null;
  run: string | null;
  /** Grows with every change: an update that names it fails when somebody else was faster. */
  version: number;
  /** Units under way, by id: which attempt, and when it was last heard of by the server's clock. */
  busy: Readonly<Record<string, { by: string; at: Date }>>;
}

/** How long to wait before looking again whether units of another one are done. */
export const pauseMs = 50;

export const stateId = 'restore';

/** A unit that was not heard of for so long was killed: others may take the place over. */
const deadMs = 30_000;

/** What a writer's ledger and epoch are kept under. */
export const writerKey = ({ run, set, epoch, selection }: Writer): string =>
  createHash('sha256')
    .update(JSON.stringify([run, set, epoch, selectionKey(selection)]))
    .digest('hex')
    .slice(0, 24);

export const unitKey = (writer: string, unit: string): string => `unit ${writer} ${unit}`;

export const isDuplicate = (error: unknown): boolean => codeOf(error) === 11000;

const stateOf = (found: Own | null): State => ({
  epoch: 0,
  writer: null,
  run: null,
  version: 0,
  busy: {},
  ...(found as unknown as Partial<State> | null),
});

/** Both in one read. */
export const readState = async ({ own }: Session): Promise<{ state: State; mark: Mark | null }> => {
  const found = await own.find({ _id: { $in: [stateId, markId] } }).toArray();
  const of = (id: string): Own | null => found.find(({ _id }) => _id === id) ?? null;
  return { state: stateOf(of(stateId)), mark: markOf(of(markId)) };
};

/** Makes the state once; whoever is second finds it. */
export const makeState = async ({ own }: Session): Promise<void> => {
  const { ...fields } = stateOf(null);
  await own.insertOne({ _id: stateId, ...fields }).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
  });
};

/** Is any unit under way that is not dead? By the server's clock. */
export const isBusy = ({ busy }: State, now: Date): boolean =>
  Object.values(busy).some(({ at }) => now.getTime() - at.getTime() < deadMs);

/** Changes the state if nobody else has. */
export const change = async ({ own }: Session, seen: State, to: Partial<State>): Promise<boolean> => {
  const { matchedCount } = await own.updateOne(
    { _id: stateId, version: seen.version },
    { $set: to, $inc: { version: 1 } },
    { writeConcern: { w: 'majority' } },
  );
  return matchedCount === 1;
};

/** @throws DrError `stale-epoch` */
export const refuseStale = (session: Session, begun: number, mark: Mark | null, by: Writer): void => {
  const epoch = Math.max(begun, mark?.epoch ?? 0);
  if (by.epoch >= epoch) return;
  throw new DrError(
    'stale-epoch',
    `epoch of ${describeAddress(session.address)} is ${epoch}, and run ${by.run} writes under ${by.epoch}`,
    'a later run took the place over: end this one',
  );
};

/** @throws DrError `refused`: this writer has not begun, or has ended */
export const refuseUnknown = (session: Session, by: Writer): never => {
  throw new DrError(
    'refused',
    `run ${by.run} has no ledger in ${describeAddress(session.address)}: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );
};
