import type { Client } from 'pg';
import type { Source } from '../../domain/data.ts';
import type { Applied, Writer } from '../port.ts';
import { analyze, lockForKeys, setSequences, setSettings } from './finishing.ts';
import { analyzedTogether, indexGroups, keyGroups } from './groups.ts';
import { enterUnit, noteUnit } from './ledger.ts';
import { type Done, loadRows } from './load-rows.ts';
import { makeEntries } from './make-entries.ts';
import type { EntryMeta, PostgresMeta } from './meta.ts';
import { isAllIn } from './selection.ts';
import type { Session } from './session.ts';
import { stepsOf } from './steps.ts';
import { together } from './together.ts';
import type { PostgresUnit } from './units.ts';

/** What a unit makes, in the order of the archive, comments and rights included. */
const entriesOf = (unit: PostgresUnit, meta: PostgresMeta): EntryMeta[] => {
  const only = unit.only === undefined ? undefined : new Set(unit.only);
  const wanted = meta.entries.filter(({ needs }) => only === undefined || isAllIn(needs, only));
  const [stage, kind, id] = unit.id.split('/');
  if (stage === 'schema') return wanted.filter((entry) => entry.unit === 'schema');
  if (kind === 'refresh') return wanted.filter((entry) => entry.with === Number(id));
  if (stage !== 'index' && kind !== 'keys') return wanted.filter((entry) => entry.unit === kind);
  const groups = stage === 'index' ? indexGroups(meta) : keyGroups(meta);
  const first = Number(stage === 'index' ? kind : id);
  const hosts = new Set(groups.find(([host]) => host!.id === first)?.map((host) => host.id));
  return wanted.filter((entry) => hosts.has(entry.with));
};

/** Other units load rows, set sequences and settings, or analyze. */
const isMadeOfEntries = ({ id }: PostgresUnit): boolean =>
  /^(schema|index\/\d+|finish\/(structure|event-triggers|keys\/\d+|refresh\/\d+))$/.test(id);

const apply = async (
  session: Session,
  client: Client,
  unit: PostgresUnit,
  meta: PostgresMeta,
  from: Source,
): Promise<Done> => {
  const [stage, kind, n] = unit.id.split('/');
  if (stage === 'data') return loadRows(session, client, unit, meta, from);
  const only = unit.only === undefined ? undefined : new Set(unit.only);
  const isWanted = (position: number): boolean => only?.has(position) ?? true;
  if (kind === 'sequences') await setSequences(client, meta, isWanted);
  if (kind === 'settings') await setSettings(client, meta);
  if (kind === 'statistics' && n !== undefined) {
    const group = analyzedTogether(meta).find(([first]) => first === Number(n)) ?? [];
    await analyze(
      client,
      group.filter(isWanted).map((position) => meta.tables[position]!),
    );
  }
  if (!isMadeOfEntries(unit)) return { rows: 0, bytes: 0 };

  const entries = entriesOf(unit, meta);
  if (kind === 'keys') {
    await lockForKeys(
      client,
      meta,
      entries.flatMap(({ needs }) => needs),
    );
  }
  const bytes = await makeEntries(session, client, meta, from, entries);
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
  unit: PostgresUnit,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
  signal: AbortSignal,
): Promise<Applied> =>
  session.run(
    unit.says,
    async ({ client }) => {
      session.work.beat({ says: unit.says, bytes: 0, totalBytes: unit.bytes });
      await client.query('BEGIN');
      if (!(await enterUnit(client, by, unit.id))) {
        await client.query('ROLLBACK');
        return skipped;
      }
      const done = await apply(session, client, unit, meta, from);
      await noteUnit(client, unit.id, done.rows, done.bytes);
      await client.query('COMMIT');
      return { wasApplied: true, ...done };
    },
    { isChanged: isMadeOfEntries(unit), signal },
  );

/** Asks the ledger and changes nothing. */
const isApplied = (session: Session, unit: PostgresUnit, by: Writer): Promise<boolean> =>
  session.run(unit.says, async ({ client }) => {
    await client.query('BEGIN');
    const isNew = await enterUnit(client, by, unit.id);
    await client.query('ROLLBACK');
    return !isNew;
  });

/**
 * Applies one unit exactly once. A commit whose answer is lost is found in the ledger by the next attempt. A unit of steps
 * that is killed keeps the steps that were done, each in the ledger with what it did.
 */
export const restore = async (
  session: Session,
  unit: PostgresUnit,
  meta: PostgresMeta,
  from: Source,
  by: Writer,
): Promise<Applied> => {
  const steps = stepsOf(unit, meta);
  const { signal: whole, parallel } = session.work;
  if (steps === null) return applyOnce(session, unit, meta, from, by, whole);
  if (await isApplied(session, unit, by)) return skipped;
  let bytes = 0;
  const hand = async (signal: AbortSignal): Promise<void> => {
    for (let step = steps.shift(); step; step = steps.shift()) {
      bytes += (await applyOnce(session, step, meta, from, by, signal)).bytes;
    }
  };
  await together(whole, Array(Math.max(1, parallel)).fill(hand));
  const done = await applyOnce(session, unit, meta, from, by, whole);
  return { ...done, bytes };
};
