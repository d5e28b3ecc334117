import type { OrderedDocument } from '../bson/ordered.ts';
import { creating, fromBase64 } from '../catalog.ts';
import type { Namespace, Session } from '../connection/session.ts';
import type { MetaCollection } from '../meta.ts';
import { namespaceOf } from '../names.ts';
import { freeze } from './expiry.ts';

const isThere = async (session: Session, { database, collection }: Namespace): Promise<boolean> => {
  const cursor = session.db(database).listCollections({}, { nameOnly: true });
  return (await cursor.toArray()).some(({ name }) => name === collection);
};

/** What is made was not there when the restore began: if it is there now, this restore has made it. */
const create = async (session: Session, object: string, options: OrderedDocument): Promise<void> => {
  const namespace = namespaceOf(session, object);
  const { database, collection } = namespace;
  const command = { create: collection, ...Object.fromEntries(options), writeConcern: { w: 'majority' } };
  await session
    .db(database)
    .command(command)
    .catch(async (error: unknown) => {
      if (!(await isThere(session, namespace))) throw error;
    });
};

/** Makes a collection with all its options, and without documents or indexes. */
export const makeCollection = async (session: Session, { name, options }: MetaCollection): Promise<void> =>
  create(session, name, await freeze(session, name, null, creating(fromBase64(options))));

export const makeView = (session: Session, { name, options }: MetaCollection): Promise<void> =>
  create(session, name, creating(fromBase64(options)));

/** Builds every index of a collection in one pass over its documents. Those that are there with the same definition stay. */
export const makeIndexes = async (session: Session, { name, indexes }: MetaCollection): Promise<void> => {
  const { database, collection } = namespaceOf(session, name);
  const frozen: OrderedDocument[] = [];
  for (const text of indexes) {
    const definition = fromBase64(text);
    frozen.push(await freeze(session, name, String(definition.get('name')), definition));
  }
  await session.db(database).command({ createIndexes: collection, indexes: frozen, writeConcern: { w: 'majority' } });
};
