import { setTimeout as sleep } from 'node:timers/promises';
import { DrError } from '../../../domain/errors.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Writer } from '../../port.ts';
import { listCollections } from '../catalog.ts';
import { describeAddress } from '../connection/address.ts';
import type { Session } from '../connection/session.ts';
import type { Meta } from '../meta.ts';
import { collectionOf, explain, selectedOf } from '../selection.ts';
import { thaw } from './expiry.ts';
import { change, isBusy, makeState, pauseMs, readState, refuseStale, type State, unitKey, writerKey } from './state.ts';

const numbersOf = (version: string): [number, number] => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
};

/** @throws DrError `too-old` */
const refuseOlder = ({ server, address }: Session, { version }: Meta): void => {
  const [[ours, ourMinor], [theirs, theirMinor]] = [numbersOf(server.version), numbersOf(version)];
  if (ours > theirs || (ours === theirs && ourMinor >= theirMinor)) return;
  throw new DrError(
    'too-old',
    `${describeAddress(address)} runs MongoDB ${server.version}, and the set is of MongoDB ${version}`,
    'restore to a server of that version or a later one',
  );
};

/** @throws DrError `bad-input`: names of the one have a database in front, those of the other have none */
const refuseOtherScope = ({ address }: Session, { database }: Meta): void => {
  if ((database === null) === (address.database === null)) return;
  const [set, place] = database === null ? ['a whole server', 'one database'] : ['one database', 'a whole server'];
  throw new DrError(
    'bad-input',
    `the set is of ${set}, and ${describeAddress(address)} is ${place}`,
    database === null ? 'name the server, without a database in its URL' : 'name a database in the URL of the place',
  );
};

/** Is the place refused for what it holds? @throws DrError `not-empty` */
const refuseContents = async (session: Session, meta: Meta, { selection = {} }: Writer): Promise<void> => {
  const names = (await listCollections(session)).map(({ name }) => name);
  const isBeside = isShared(selection);
  const selected = new Set(selectedOf(meta, selection).map((n) => collectionOf(meta, n).name));
  const there = isBeside ? names.filter((name) => selected.has(name)) : names;
  if (there.length === 0) return;
  const first = there.slice(0, 5).map((name) => JSON.stringify(name));
  throw new DrError(
    'not-empty',
    `${describeAddress(session.address)} is not empty: found ${first.join(', ')}${there.length > 5 ? ', …' : ''}`,
    isBeside
      ? 'rename what is there, or choose other collections'
      : 'restore to an empty place, or discard what is there first',
  );
};

/** Where other things are in the place, nobody can see what a restore that has not ended has loaded. @throws DrError `refused` */
const refuseSecond = ({ address }: Session, { writer, run }: State): void => {
  if (writer === null) return;
  throw new DrError(
    'refused',
    `run ${run} has begun to restore into ${describeAddress(address)} and has not ended`,
    'let it end first: run it again, it goes on where it stopped',
  );
};

const serverTime = async (session: Session): Promise<Date> =>
  (await session.db('admin').command({ isMaster: 1 })).localTime as Date;

/**
 * Readies the place. Units of another writer that are under way are waited for, and decide whether the place is empty.
 * @throws DrError `stale-epoch`, `not-empty`, `too-old`, `bad-input`, `refused`, and what `explain` throws
 */
export const begin = (session: Session, by: Writer, meta: Meta): Promise<void> =>
  session.run('beginning', async (signal) => {
    const key = writerKey(by);
    for (;;) {
      signal.throwIfAborted();
      const { state, mark } = await readState(session);
      refuseStale(session, state.epoch, mark, by);
      if (state.writer === key) return;
      refuseOtherScope(session, meta);
      refuseOlder(session, meta);
      explain(meta, by.selection ?? {});
      if (isShared(by.selection ?? {})) refuseSecond(session, state);
      await refuseContents(session, meta, by);
      await makeState(session);
      const isFree = !isBusy(state, await serverTime(session));
      if (isFree && (await change(session, state, { epoch: by.epoch, writer: key, run: by.run, busy: {} }))) return;
      await sleep(pauseMs, undefined, { signal });
    }
  });

/** Ids of the units the ledger holds for this writer. */
export const ledger = (session: Session, by: Writer): Promise<ReadonlySet<string>> =>
  session.run('reading the ledger', async () => {
    const key = writerKey(by);
    if ((await readState(session)).state.writer !== key) return new Set<string>();
    const prefix = unitKey(key, '');
    const rows = await session.own.find({ _id: { $regex: `^${prefix}` } }).toArray();
    return new Set(rows.map(({ _id }) => _id.slice(prefix.length)));
  });

/**
 * Lets documents expire again, and drops the ledger of this writer; that of another stays. Units that are under way twice are
 * waited for: one that came later would bring back what users have deleted since.
 */
export const end = (session: Session, by: Writer): Promise<void> =>
  session.run('ending', async (signal) => {
    const key = writerKey(by);
    for (;;) {
      signal.throwIfAborted();
      const { state } = await readState(session);
      if (state.writer !== key) break;
      if (!isBusy(state, await serverTime(session))) {
        await thaw(session);
        if (await change(session, state, { writer: null, run: null, busy: {} })) break;
      }
      await sleep(pauseMs, undefined, { signal });
    }
    await session.own.deleteMany({ _id: { $regex: `^${unitKey(key, '')}` } });
  });
