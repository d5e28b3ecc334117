/** What a login may do where, as `connectionStatus` tells it. */
export interface Privilege {
  resource: { db?: string; collection?: string; anyResource?: boolean; cluster?: boolean };
  actions: readonly string[];
}

/** What a backup or a restore does with a database. */
const needed: Readonly<Record<string, readonly string[]>> = {
  'read it': ['find', 'listCollections', 'listIndexes', 'collStats'],
  'write into it': ['insert', 'update', 'remove', 'createCollection', 'createIndex', 'collMod'],
};

const covers = ({ resource }: Privilege, database: string): boolean =>
  resource.anyResource === true ||
  ((resource.db === database || resource.db === '') && (resource.collection ?? '') === '' && resource.cluster !== true);

/** What the login lacks in a database, as sentences with the remedy. A server without logins lacks nothing. */
export const lacks = (database: string, privileges: readonly Privilege[]): string[] => {
  const may = new Set(privileges.filter((one) => covers(one, database)).flatMap(({ actions }) => actions));
  const where = JSON.stringify(database);
  return Object.entries(needed).flatMap(([what, actions]) => {
    const missing = actions.filter((action) => !may.has(action));
    if (missing.length === 0) return [];
    const role = what === 'read it' ? 'read and dbAdmin' : 'readWrite and dbAdmin';
    return [
      `it may not ${what} (${missing.join(', ')}): grant ${role} on database ${where}, or backup and restore on admin`,
    ];
  });
};
