import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrError } from '../../../domain/errors.ts';
import type { Writer } from '../../port.ts';
import type { Session } from '../connection/session.ts';
import { pauseMs, readState, refuseStale, refuseUnknown, stateId, writerKey } from './state.ts';

const sayMs = 1_000;
/** Another attempt of the same unit waits for so long: two at once do no harm. */
const quietMs = 4_000;
/** A unit that was not heard of for so long asks whether it may go on. */
const silentMs = 8_000;

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
    signal.throwIfAborted();
    return await body({ write, check });
  } finally {
    signal.removeEventListener('abort', stop);
    await leave();
  }
};
