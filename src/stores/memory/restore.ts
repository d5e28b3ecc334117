import type { Source } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectionKey } from '../../domain/filter.ts';
import { isAdding, isShared } from '../../domain/parts.ts';
import type { MemoryDatabase, MemoryObject } from '../../memory/server.ts';
import type { Applied, Unit, Writer } from '../port.ts';
import { refuseForeign } from '../refuse-foreign.ts';
import type { Meta } from './meta.ts';
import { explain, refuseContents, rowsBefore } from './selection.ts';
import { goOn, type Session, suffer } from './session.ts';
import { units } from './units.ts';

const nameOf = ({ run, set, epoch, selection }: Writer): string =>
  JSON.stringify([run, set, epoch, selectionKey(selection)]);

/** Whatever was begun and not ended has loaded part of its rows, perhaps. */
const refuseSecond = (session: Session, { ledger, loaded }: MemoryDatabase, by: Writer): void => {
  if (loaded.has(nameOf(by))) {
    throw new DrError(
      'refused',
      `run ${by.run} has loaded these rows into ${session.url} before`,
      'to load them once more, take another run (--run)',
    );
  }
  if (ledger === null) return;
  const [run] = JSON.parse(ledger.writer) as [string];
  throw new DrError(
    'refused',
    `run ${run} has begun to restore into ${session.url} and has not ended`,
    'let it end first: run it again, it goes on where it stopped',
  );
};

const checkEpoch = (session: Session, database: MemoryDatabase, by: Writer): void => {
  const epoch = Math.max(database.epoch, database.mark?.epoch ?? 0);
  if (by.epoch >= epoch) return;
  throw new DrError(
    'stale-epoch',
    `epoch of ${session.url} is ${epoch}, and run ${by.run} writes under ${by.epoch}`,
    'a later run took the place over: end this one',
  );
};

/** Makes the ledger. @throws DrError `stale-epoch`, `not-empty`, `missing`, `refused`, `too-old` */
export const begin = (session: Session, database: MemoryDatabase, by: Writer, meta: Meta): void => {
  goOn(session);
  checkEpoch(session, database, by);
  if (database.ledger?.writer === nameOf(by)) return;
  if (meta.version > database.version) {
    throw new DrError(
      'too-old',
      `${session.url} has version ${database.version}, and the set is of version ${meta.version}`,
      'restore to a place of that version or a later one',
    );
  }
  const { selection = {} } = by;
  explain(meta, selection);
  if (isShared(selection)) refuseSecond(session, database, by);
  refuseContents(session.url, database, meta, selection);
  database.epoch = by.epoch;
  database.ledger = { writer: nameOf(by), units: new Set(), before: rowsBefore(database, meta, selection) };
};

/** The units this writer may still not apply again. @throws DrError `stale-epoch`, `refused` */
const openLedger = (session: Session, database: MemoryDatabase, by: Writer): Set<string> => {
  checkEpoch(session, database, by);
  if (database.ledger?.writer === nameOf(by)) return database.ledger.units;
  throw new DrError(
    'refused',
    `run ${by.run} has no ledger in ${session.url}: it has not begun, or it has ended`,
    'begin the restore first; a unit that comes after the end is not applied',
  );
};

const objectOf = (database: MemoryDatabase, name: string): MemoryObject => {
  const found = database.objects.get(name);
  if (found !== undefined) return found;
  throw new DrError('refused', `object ${JSON.stringify(name)} was not made yet`, 'restore the schema stage first');
};

const readRows = async (session: Session, unit: Unit, from: Source): Promise<{ rows: string[]; bytes: number }> => {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of from.read(unit.id)) {
    goOn(session);
    pieces.push(piece);
    bytes += piece.length;
    session.work.beat({ says: unit.says, bytes, totalBytes: unit.bytes });
  }
  return { rows: Buffer.concat(pieces).toString().split('\n').slice(0, -1), bytes };
};

/** Applies one unit. Everything up to the last lines may be interrupted and leaves nothing. */
export const restore = async (
  session: Session,
  database: MemoryDatabase,
  unit: Unit,
  meta: Meta,
  from: Source,
  by: Writer,
): Promise<Applied> => {
  refuseForeign(units(meta, unit.stage, by.selection), unit, by);
  const again: Applied = { wasApplied: false, rows: 0, bytes: 0 };
  if (openLedger(session, database, by).has(unit.id)) return again;
  const [stage, n] = unit.id.split('/');
  const object = meta.objects[Number(n)]!;
  const { rows, bytes } = stage === 'data' ? await readRows(session, unit, from) : { rows: [], bytes: 0 };
  await suffer(session, 'restore', 'half-way', unit.id);

  goOn(session);
  const ledger = openLedger(session, database, by);
  if (ledger.has(unit.id)) return { ...again, bytes };
  if (stage === 'schema') database.objects.set(object.name, { rows: [], isIndexed: false, counted: null });
  else {
    const made = objectOf(database, object.name);
    if (stage === 'data') made.rows.push(...rows);
    if (stage === 'index') made.isIndexed = true;
    if (stage === 'finish') made.counted = made.rows.length;
  }
  ledger.add(unit.id);
  return { wasApplied: true, rows: rows.length, bytes };
};

export const ledger = (database: MemoryDatabase, by: Writer): ReadonlySet<string> =>
  new Set(database.ledger?.writer === nameOf(by) ? database.ledger.units : []);

/** Drops the ledger of this writer; that of another stays. */
export const end = (session: Session, database: MemoryDatabase, by: Writer): void => {
  goOn(session);
  if (database.ledger?.writer !== nameOf(by)) return;
  database.ledger = null;
  if (isAdding(by.selection ?? {})) database.loaded.add(nameOf(by));
};
