import type { Client } from 'pg';
import { selectionKey } from '../../../domain/filter.ts';
import { addPrints, type Fingerprint, type ObjectPrint } from '../../../domain/fingerprint.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Proof, Writer } from '../../port.ts';
import { objectName } from '../connection/quote.ts';
import type { Session } from '../connection/session.ts';
import { fingerprint, fingerprintOf } from '../fingerprint.ts';
import { ownSchema, type PostgresMeta } from '../meta.ts';
import { chosenOf, printedIn } from '../selection/chosen.ts';
import { isThere } from './ledger.ts';

/** What tables held before rows were added to them. */
const readBefore = async (client: Client): Promise<Map<string, ObjectPrint>> => {
  if (!(await isThere(client, 'before'))) return new Map();
  const { rows } = await client.query<{ object: string; rows: string; sum: string }>(
    `SELECT object, rows, sum FROM ${ownSchema}.before`,
  );
  return new Map(rows.map(({ object, rows: count, sum }) => [object, { rows: Number(count), sum }]));
};

/** Sequences whose value the selection decides. Where rows are added to others they go on from the later one of both. */
const sequencesOf = (chosen: PostgresMeta, { selection = {} }: Writer): PostgresMeta['sequences'] => {
  if (selection.into !== 'existing') return chosen.sequences;
  return selection.parts === 'data' ? [] : chosen.sequences.filter(({ owner }) => owner !== null);
};

/** As `Place.prove` says: of a place that holds other things, only what was selected is looked at. */
export const prove = async (session: Session, by: Writer, meta: PostgresMeta, of: Fingerprint): Promise<Proof> => {
  const { selection = {} } = by;
  if (selectionKey(selection) === '') return { expected: of, found: await fingerprint(session, {}) };
  const chosen = chosenOf(meta, selection);
  const isEmptied = selection.parts === 'schema';
  const before = await session.run('reading what was there before', ({ client }) => readBefore(client));
  const tables = printedIn(chosen).map((object): [string, ObjectPrint] => {
    const print = isEmptied ? { rows: 0, sum: '0' } : of.objects[object]!;
    return [object, before.has(object) ? addPrints(print, before.get(object)!) : print];
  });
  const sequences = sequencesOf(chosen, by).map(({ schema, name, start }): [string, ObjectPrint] => {
    const object = objectName(schema, name);
    return [object, isEmptied ? { rows: 0, sum: `${start},false` } : of.objects[object]!];
  });
  const objects = Object.fromEntries([...tables, ...sequences]);
  const found = isShared(selection)
    ? await fingerprintOf(session, (object) => Object.hasOwn(objects, object))
    : await fingerprint(session, {});
  return { expected: { ...of, objects }, found };
};
