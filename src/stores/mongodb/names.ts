import { type Namespace, ownName, type Session } from './connection/session.ts';
import { canaryName } from './meta.ts';

/** Databases of the server itself, and the product's own. */
const notUsers: ReadonlySet<string> = new Set(['admin', 'config', 'local', ownName]);

export const isUsersDatabase = (name: string): boolean => !notUsers.has(name);

/** What a server keeps for itself in every database. Stored functions (`system.js`) are the user's. */
export const isUsersCollection = (name: string): boolean =>
  name !== ownName && (name === 'system.js' || !name.startsWith('system.'));

/** `orders` in a place that is a database, `shop.orders` in one that is a server. */
export const objectOf = ({ address }: Session, { database, collection }: Namespace): string =>
  address.database === null ? `${database}.${collection}` : collection;

export const namespaceOf = ({ address }: Session, object: string): Namespace => {
  if (address.database !== null) return { database: address.database, collection: object };
  const dot = object.indexOf('.');
  return { database: object.slice(0, dot), collection: object.slice(dot + 1) };
};

/** Where canaries are kept. */
export const canaryIn = ({ address }: Session): Namespace => ({
  database: address.database ?? canaryName,
  collection: canaryName,
});
