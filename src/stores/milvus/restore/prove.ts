import type { Fingerprint } from '../../../domain/fingerprint.ts';
import { isShared } from '../../../domain/parts.ts';
import type { Proof, Writer } from '../../port.ts';
import { listCollections } from '../catalog/read-catalog.ts';
import type { Operation } from '../connection/session.ts';
import { printAll } from '../fingerprint.ts';
import type { Meta } from '../meta.ts';
import { selectedOf } from '../selection.ts';

/** Where other collections may be in the place, only those that were selected are looked at. */
export const prove = async (operation: Operation, by: Writer, meta: Meta, of: Fingerprint): Promise<Proof> => {
  const { selection = {} } = by;
  const names = selectedOf(meta, selection).map(({ name }) => name);
  const there = await listCollections(operation);
  const looked = isShared(selection) ? there.filter((name) => names.includes(name)) : there;
  return {
    expected: { ...of, objects: Object.fromEntries(names.map((name) => [name, of.objects[name]!])) },
    found: await printAll(operation, looked),
  };
};
