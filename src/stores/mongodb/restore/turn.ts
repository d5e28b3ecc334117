import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
 * nobody takes a place over while a unit of another one may still write. A unit that was killed counts as
 * under way until nothing was heard of it for `deadMs`.
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
const sayMs = 1_000;
/** Another attempt of the same unit waits for so long: two at once do no harm. */
const quietMs = 4_000;
/** A unit that was not heard of for so long asks whether it may go on. */
const silentMs = 8_000;

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

const refuseUnknown = (session: Session, by: Writer): never => {
  throw new DrError(
    'refused',
    `run ${by.run} has no ledger in ${describeAddress(session.address)}: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );
};

/** While a unit holds its turn nobody else takes the place over. */
export interface Turn {
  /**
   * One write of the unit; asks first where the unit was not heard of for long. None begins once the signal is aborted.
   * @throws DrError `stale-epoch`, `refused`, `busy`
   */
  write<A>(body: () => Promise<A>): Promise<A>;
  /** Before the ledger is written: is the turn still ours, and under an epoch that counts? @throws DrError `stale-epoch`, `refused` */
  check(): Promise<void>;
}

/** @throws DrError `interrupted` by the signal, `stale-epoch`, `refused` */
const take = async (session: Session, by: Writer, unit: string, token: string, signal: AbortSignal): Promise<void> => {
  const key = writerKey(by);
  const field = `busy.${unit}`;
  const mine = {
    $set: { [`${field}.by`]: token },
    $currentDate: { [`${field}.at`]: true as const },
    $inc: { version: 1 },
  };
  let heard = { at: 0, since: performance.now() };
  for (;;) {
    signal.throwIfAborted();
    const free = { _id: stateId, writer: key, [field]: { $exists: false } };
    if ((await session.own.updateOne(free, mine)).matchedCount === 1) return;
    const { state, mark } = await readState(session);
    refuseStale(session, state.epoch, mark, by);
    if (state.writer !== key) refuseUnknown(session, by);
    const at = state.busy[unit]?.at.getTime() ?? 0;
    if (at !== heard.at) heard = { at, since: performance.now() };
    if (performance.now() - heard.since > quietMs) {
      const silent = { _id: stateId, writer: key, version: state.version };
      if ((await session.own.updateOne(silent, mine)).matchedCount === 1) return;
    }
    await sleep(pauseMs, undefined, { signal });
  }
};

/**
 * Does one unit in its turn: another attempt of it waits, and nobody takes the place over meanwhile. Killed, it leaves a turn
 * that is dead after some seconds.
 * @throws DrError `stale-epoch`, `refused` (this writer has not begun, or has ended), `busy` (another attempt took over)
 */
export const inTurn = async <T>(
  session: Session,
  by: Writer,
  unit: string,
  signal: AbortSignal,
  body: (turn: Turn) => Promise<T>,
): Promise<T> => {
  const token = randomBytes(8).toString('hex');
  const field = `busy.${unit}`;
  const own = { _id: stateId, writer: writerKey(by), [`${field}.by`]: token };
  await take(session, by, unit, token, signal);
  let heard = performance.now();

  const say = async (): Promise<boolean> => {
    const at = performance.now();
    const says = { $currentDate: { [`${field}.at`]: true as const }, $inc: { version: 1 } };
    const isOurs = (await session.own.updateOne(own, says)).matchedCount === 1;
    if (isOurs) heard = at;
    return isOurs;
  };
  const check = async (): Promise<void> => {
    const isOurs = await say();
    const { state, mark } = await readState(session);
    refuseStale(session, state.epoch, mark, by);
    if (isOurs) return;
    if (state.writer !== own.writer) refuseUnknown(session, by);
    throw new DrError('busy', `another attempt of unit ${unit} took over from this one`, 'leave it to that attempt');
  };
  let writing = 0;
  const write: Turn['write'] = async (one) => {
    if (performance.now() - heard > silentMs) await check();
    signal.throwIfAborted();
    writing += 1;
    try {
      return await one();
    } finally {
      writing -= 1;
      if (signal.aborted && writing === 0) void leave();
    }
  };

  const saying = setInterval(() => void say().catch(() => {}), sayMs);
  const leave = (): Promise<unknown> => {
    clearInterval(saying);
    return session.own.updateOne(own, { $unset: { [field]: 1 }, $inc: { version: 1 } }).catch(() => {});
  };
  /** What waits for the vault is left behind: it writes nothing more. */
  const stop = (): void => {
    if (writing === 0) void leave();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await body({ write, check });
  } finally {
    signal.removeEventListener('abort', stop);
    await leave();
  }
};
