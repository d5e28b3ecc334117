import { Int32 } from 'mongodb';
import type { OrderedDocument } from '../bson/ordered.ts';
import { fromBase64, toBase64 } from '../catalog.ts';
import { codeOf } from '../connection/failure.ts';
import type { Own, Session } from '../connection/session.ts';
import { namespaceOf } from '../names.ts';

const field = 'expireAfterSeconds';

/** The longest there is: 68 years. */
const never = new Int32(2 ** 31 - 1);

const idPrefix = 'frozen ';
const noSuchCommand = 59;
const noSuchIndex = 27;

/** Expiry that begins when the restore has ended. */
interface Frozen extends Own {
  object: string;
  /** Null: of the collection itself. */
  index: string | null;
  /** The options or the index as they are to be, in base64. */
  definition: string;
}

/**
 * The same definition with an expiry that never comes. When it comes is kept in the place until the restore ends, and before
 * anything is made, so that none is forgotten.
 */
export const freeze = async (
  session: Session,
  object: string,
  index: string | null,
  definition: OrderedDocument,
): Promise<OrderedDocument> => {
  if (!definition.has(field)) return definition;
  const _id = `${idPrefix}${JSON.stringify([object, index])}`;
  await session.own.replaceOne({ _id }, { object, index, definition: toBase64(definition) }, { upsert: true });
  const frozen = new Map(definition);
  if (index === null) frozen.delete(field);
  else frozen.set(field, never);
  return frozen;
};

/** Where no index can be changed, it is made anew. */
const setIndex = async (
  session: Session,
  object: string,
  index: string,
  definition: OrderedDocument,
): Promise<void> => {
  const { database, collection } = namespaceOf(session, object);
  const db = session.db(database);
  try {
    await db.command({ collMod: collection, index: { name: index, [field]: definition.get(field) } });
  } catch (error) {
    if (codeOf(error) !== noSuchCommand) throw error;
    await db.command({ dropIndexes: collection, index }).catch((absent: unknown) => {
      if (codeOf(absent) !== noSuchIndex) throw absent;
    });
    await db.command({ createIndexes: collection, indexes: [definition] });
  }
};

/** Lets everything expire as its source does. Killed, it leaves the rest to the next attempt. */
export const thaw = async (session: Session): Promise<void> => {
  const found = (await session.own.find({ _id: { $regex: `^${idPrefix}` } }).toArray()) as unknown as Frozen[];
  for (const { _id, object, index, definition } of found) {
    const thawed = fromBase64(definition);
    if (index !== null) await setIndex(session, object, index, thawed);
    else {
      const { database, collection } = namespaceOf(session, object);
      await session.db(database).command({ collMod: collection, [field]: thawed.get(field) });
    }
    await session.own.deleteOne({ _id });
  }
};
