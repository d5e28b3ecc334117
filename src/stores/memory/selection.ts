import type { RestoreSelection } from '../../domain/data.ts';
import { DrError } from '../../domain/errors.ts';
import { selectNames } from '../../domain/filter.ts';
import { addPrints, type Fingerprint, type ObjectPrint } from '../../domain/fingerprint.ts';
import { isShared, refuseUnheld } from '../../domain/parts.ts';
import type { MemoryDatabase, MemoryLedger } from '../../memory/server.ts';
import type { Proof } from '../port.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Meta } from './meta.ts';

/** Objects of a memory database belong to nobody, and nothing of one names another. */
export const explain = (meta: Meta, selection: RestoreSelection): readonly string[] => {
  selectedOf(meta, selection);
  for (const what of ['owners', 'privileges'] as const) {
    const { [what]: asked = 'keep' } = selection;
    if (asked === 'keep') continue;
    throw new DrError('not-supported', `memory databases have no ${what}`, `leave the ${what} as they are`);
  }
  if ((selection.roles ?? 'require') === 'require') return [];
  throw new DrError('not-supported', 'memory databases have no roles', 'leave the roles as they are');
};

/** @throws DrError `no-match`, `not-supported` */
export const selectedOf = (meta: Meta, selection: RestoreSelection): string[] => {
  refuseUnheld(meta.parts, selection.parts ?? 'all');
  return selectNames(
    meta.objects.map(({ name }) => name),
    selection,
  );
};

/** Is the place refused for what it holds? @throws DrError `not-empty`, `missing` */
export const refuseContents = (
  url: string,
  { objects }: MemoryDatabase,
  meta: Meta,
  { parts = 'all', into = 'empty', ...names }: RestoreSelection,
): void => {
  const selected = selectedOf(meta, { parts, ...names });
  const refuse = (those: readonly string[], kind: 'not-empty' | 'missing', says: string, hint: string): void => {
    if (those.length === 0) return;
    const first = those.slice(0, 5).map((name) => JSON.stringify(name));
    throw new DrError(kind, `${url} ${says}: ${first.join(', ')}${those.length > 5 ? ', …' : ''}`, hint);
  };
  if (parts === 'data') {
    const absent = selected.filter((name) => !objects.has(name));
    refuse(absent, 'missing', 'lacks objects that rows are to go into', 'restore their definitions first');
    const full = selected.filter((name) => objects.get(name)!.rows.length > 0);
    const hint = 'empty them first, or add to what they hold (--into-existing)';
    if (into === 'empty') refuse(full, 'not-empty', 'holds rows already, found', hint);
    return;
  }
  const found = [...objects.keys()].sort();
  const there = into === 'existing' ? found.filter((name) => selected.includes(name)) : found;
  refuse(there, 'not-empty', 'is not empty: found', 'restore to an empty place, or discard what is there first');
};

/** Rows that are in the way of an equal count, by object: those that were there before this writer began. */
export const rowsBefore = (
  { objects }: MemoryDatabase,
  meta: Meta,
  selection: RestoreSelection,
): MemoryLedger['before'] =>
  new Map(
    selection.parts === 'data'
      ? selectedOf(meta, selection).map((name) => [name, [...(objects.get(name)?.rows ?? [])]])
      : [],
  );

/** Where other things may be in the place, only what was selected is looked at. */
export const prove = (database: MemoryDatabase, meta: Meta, selection: RestoreSelection, of: Fingerprint): Proof => {
  const { parts = 'all' } = selection;
  const selected = selectedOf(meta, selection);
  const before = fingerprintOf(database.ledger?.before ?? []);
  const nothing = fingerprintOf(selected.map((name) => [name, []]));
  const expected = selected.map((name): [string, ObjectPrint] => {
    const rows = parts === 'schema' ? nothing.objects[name]! : of.objects[name]!;
    const held = Object.hasOwn(before.objects, name) ? before.objects[name]! : null;
    return [name, held === null ? rows : addPrints(rows, held)];
  });
  const isBeside = isShared(selection);
  const looked = [...database.objects].filter(([name]) => !isBeside || selected.includes(name));
  return {
    expected: { ...of, objects: Object.fromEntries(expected) },
    found: fingerprintOf(looked.map(([name, { rows }]) => [name, rows])),
  };
};
