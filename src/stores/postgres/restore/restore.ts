import type { Client } from 'pg';
import type { Source } from '../../../domain/data.ts';
import { isAdding } from '../../../domain/parts.ts';
import type { Applied, Unit, Writer } from '../../port.ts';
import { foreignUnit } from '../../refuse-foreign.ts';
import { setDatabase } from '../catalog/database-properties.ts';
import { makeRoles } from '../catalog/roles.ts';
import type { Session } from '../connection/session.ts';
import { unlessBlocked } from '../connection/unless-blocked.ts';
import type { EntryMeta, PostgresMeta, TableMeta } from '../meta.ts';
import { chosenOf } from '../selection/chosen.ts';
import { neededRoles } from '../selection/needed-roles.ts';
import { notYetThere } from './already-there.ts';
import { checkReferences } from './check-references.ts';
import { advanceSequences, analyze, lockForKeys, setSequences, setSettings } from './finishing.ts';
import { analyzedTogether, indexGroups, keyGroups, mostLocked, runsOf } from './groups.ts';
import { commitUnit, enterUnit } from './ledger.ts';
import { type Done, loadRows } from './load-rows.ts';
import { makeEntries } from './make-entries.ts';
import { sideBySide } from './side-by-side.ts';
import { isInOrder, stepsOf } from './steps.ts';

/** What a unit makes, in the order of the archive, comments and rights included. */
const entriesOf = ({ id: name }: Unit, meta: PostgresMeta): EntryMeta[] => {
  const [stage, kind, id] = name.split('/');
  if (kind === 'refresh') return meta.entries.filter((entry) => entry.with === Number(id));
  const isGrouped = stage === 'index' || kind === 'keys';
  const unit = stage === 'schema' ? 'schema' : (kind as EntryMeta['unit']);
  const n = stage === 'finish' ? id : kind;
  if (!isGrouped && unit !== 'schema' && unit !== 'structure')
    return meta.entries.filter((entry) => entry.unit === unit);
  const groups =
    stage === 'index'
      ? indexGroups(meta)
      : kind === 'keys'
        ? keyGroups(meta)
        : runsOf(meta, unit as 'schema' | 'structure');
  if (!isGrouped && n === undefined)
    return groups.length > 1 ? [] : meta.entries.filter((entry) => entry.unit === unit);
  const first = Number(n);
  const hosts = new Set(groups.find(([host]) => host!.id === first)?.map((host) => host.id));
  return meta.entries.filter((entry) => hosts.has(entry.with));
};

/** Other units load rows, set sequences and settings, or analyze. */
const isMadeOfEntries = ({ id }: Unit): boolean =>
  /^(schema(\/\d+)?|index\/\d+|finish\/(structure(\/\d+)?|event-triggers|keys\/\d+|refresh\/\d+))$/.test(id);

const loadedTables = ({ tables }: PostgresMeta): TableMeta[] =>
  tables.filter(({ kind, isLeftOut }) => kind !== 'large-objects' && !isLeftOut);

const apply = async (
  session: Session,
  client: Client,
  unit: Unit,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
): Promise<Done> => {
  const [stage, kind, n] = unit.id.split('/');
  const { selection = {} } = by;
  if (stage === 'roles') {
    const wanted = new Set(neededRoles(meta, meta, selection).all);
    const passwords = selection.roles === 'make-with-passwords' ? from : null;
    await makeRoles(client, meta.roleDefinitions ?? [], wanted, session.server.major, passwords);
  }
  if (stage === 'data') return loadRows(session, client, unit, meta, from, selection);
  if (kind === 'sequences' && (n !== undefined || meta.sequences.length <= mostLocked)) {
    const first = Number(n ?? 0) * mostLocked;
    const some = { ...meta, sequences: meta.sequences.slice(first, first + mostLocked) };
    await (isAdding(selection) ? advanceSequences(client, some) : setSequences(client, some));
  }
  if (kind === 'references') await checkReferences(client, loadedTables(meta));
  if (kind === 'settings') {
    await setSettings(client, meta);
    if (meta.database) await setDatabase(client, meta.database, selection);
  }
  if (kind === 'statistics' && n !== undefined) {
    const group = analyzedTogether(meta).find(([first]) => first === Number(n)) ?? [];
    await analyze(
      client,
      group.map((position) => meta.tables[position]!),
    );
  }
  if (!isMadeOfEntries(unit)) return { rows: 0, bytes: 0 };

  const wanted = entriesOf(unit, meta);
  const entries = selection.into === 'existing' ? await notYetThere(client, wanted) : wanted;
  if (entries.length === 0) return { rows: 0, bytes: 0 };
  if (kind === 'keys') {
    await lockForKeys(
      client,
      meta,
      entries.flatMap(({ needs }) => needs),
    );
  }
  const bytes = await makeEntries(session, client, meta, from, entries, selection);
  if (kind === 'refresh')
    await analyze(
      client,
      entries.slice(0, 1).map(({ schema, tag }) => ({ schema, name: tag })),
    );
  return { rows: 0, bytes };
};

const skipped: Applied = { wasApplied: false, rows: 0, bytes: 0 };

/** In one transaction with the ledger row: killed at any point, it leaves neither. */
const applyOnce = (
  session: Session,
  unit: Unit,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
  signal: AbortSignal,
): Promise<Applied> =>
  session.run(
    unit.says,
    async ({ client, pid }) => {
      session.work.beat({ says: unit.says, bytes: 0, totalBytes: unit.bytes });
      if (!(await enterUnit(client, by, unit.id))) {
        await client.query('ROLLBACK');
        return skipped;
      }
      const done = await unlessBlocked(session, pid, apply(session, client, unit, meta, from, by));
      await commitUnit(client, unit.id, done.rows, done.bytes);
      return { wasApplied: true, ...done };
    },
    { isChanged: isMadeOfEntries(unit), signal },
  );

/** Asks the ledger and changes nothing. */
const isApplied = (session: Session, unit: Unit, by: Writer): Promise<boolean> =>
  session.run(unit.says, async ({ client }) => {
    const isNew = await enterUnit(client, by, unit.id);
    await client.query('ROLLBACK');
    return !isNew;
  });

/** A unit does what the writer selects, whoever cut it: one that it does not select has nothing to do. */
const refuseStranger = (unit: Unit, { tables }: PostgresMeta, by: Writer): void => {
  const [stage, position, part] = unit.id.split('/');
  if (stage !== 'data' || tables[Number(position)]?.parts[Number(part)] !== undefined) return;
  throw foreignUnit(unit, by);
};

/**
 * Applies one unit exactly once. A commit whose answer is lost is found in the ledger by the next attempt. A unit of steps
 * that is killed keeps the steps that were done, each in the ledger with what it did.
 */
export const restore = async (
  session: Session,
  unit: Unit,
  all: PostgresMeta,
  from: Source,
  by: Writer,
): Promise<Applied> => {
  const meta = chosenOf(all, by.selection);
  refuseStranger(unit, meta, by);
  const steps = stepsOf(unit, meta, by.selection);
  const { signal: whole, parallel } = session.work;
  if (steps === null) return applyOnce(session, unit, meta, from, by, whole);
  if (await isApplied(session, unit, by)) return skipped;
  let bytes = 0;
  const hands = isInOrder(unit.id) ? 1 : Math.max(1, parallel);
  await sideBySide(whole, hands, steps, async (step, signal) => {
    bytes += (await applyOnce(session, step.unit, meta, from, by, signal)).bytes;
  });
  const done = await applyOnce(session, unit, meta, from, by, whole);
  return { ...done, bytes };
};
