import type { Fingerprint, ObjectPrint } from '../../domain/fingerprint.ts';
import { isShared } from '../../domain/parts.ts';
import type { Proof, Writer } from '../port.ts';
import { compareDefinitions } from './compare-definitions.ts';
import type { Session } from './connection/session.ts';
import { printCollections } from './fingerprint.ts';
import type { Meta } from './meta.ts';
import { collectionOf, selectedOf } from './selection.ts';

/** Where other things may be in the place, only what was selected is looked at. Definitions are named where they differ. */
export const prove = async (session: Session, by: Writer, meta: Meta, of: Fingerprint): Promise<Proof> => {
  const { selection = {} } = by;
  const collections = selectedOf(meta, selection).map((n) => collectionOf(meta, n));
  const selected = collections.filter(({ type }) => type !== 'view').map(({ name }) => name);
  const expected = selected
    .filter((name) => Object.hasOwn(of.objects, name))
    .map((name): [string, ObjectPrint] => [name, of.objects[name]!]);
  const isBeside = isShared(selection);
  const found = await printCollections(session, (names) =>
    isBeside ? names.filter((name) => selected.includes(name)) : names,
  );
  const unlike = await compareDefinitions(session, meta, collections, isBeside);
  return {
    expected: { ...of, objects: Object.fromEntries([...expected, ...unlike.expected]) },
    found: { ...found, objects: { ...found.objects, ...Object.fromEntries(unlike.found) } },
  };
};
