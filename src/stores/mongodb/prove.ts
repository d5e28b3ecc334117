import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { isShared } from '../../domain/parts.ts';
import type { Proof, Writer } from '../port.ts';
import type { Session } from './connection/session.ts';
import { printCollections } from './fingerprint.ts';
import type { Meta } from './meta.ts';
import { collectionOf, selectedOf } from './selection.ts';

/** Where other things may be in the place, only what was selected is looked at. */
export const prove = async (session: Session, by: Writer, meta: Meta, of: Fingerprint): Promise<Proof> => {
  const { selection = {} } = by;
  const selected = selectedOf(meta, selection)
    .map((n) => collectionOf(meta, n))
    .filter(({ type }) => type !== 'view')
    .map(({ name }) => name);
  const expected = selected
    .filter((name) => Object.hasOwn(of.objects, name))
    .map((name): [string, ObjectPrint] => [name, of.objects[name]!]);
  const isBeside = isShared(selection);
  const found = await printCollections(session, (names) =>
    isBeside ? names.filter((name) => selected.includes(name)) : names,
  );
  return { expected: { ...of, objects: Object.fromEntries(expected) }, found };
};
