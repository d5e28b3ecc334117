import type { Connection } from '@temporalio/client';
import type { SearchAttributeName } from '../domain/attributes.ts';
import { searchAttributes } from '../domain/attributes.ts';
import { DrError } from '../domain/errors.ts';

/** `temporal.api.enums.v1.IndexedValueType` */
const indexedTypes = { KEYWORD: 2, INT: 3, KEYWORD_LIST: 7 } as const;
/** As the Temporal CLI writes them. */
const cliTypes = { KEYWORD: 'Keyword', INT: 'Int', KEYWORD_LIST: 'KeywordList' } as const;

const names = Object.keys(searchAttributes) as SearchAttributeName[];

/** Registers attributes, whether the server can list them or not. @throws ServiceError `ALREADY_EXISTS` */
export const addSearchAttributes = async (
  connection: Connection,
  namespace: string,
  added: readonly SearchAttributeName[] = names,
): Promise<void> => {
  const typed = Object.fromEntries(added.map((name) => [name, indexedTypes[searchAttributes[name]]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: typed });
};

/** What is not registered, or registered with another type. */
const missingOf = async (connection: Connection, namespace: string): Promise<SearchAttributeName[]> => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return names.filter((name) => customAttributes[name] !== indexedTypes[searchAttributes[name]]);
};

/**
 * A run that sets an attribute its namespace does not know hangs until someone looks: workers check at boot.
 * @throws DrError `missing` (permanent) with the command that registers them
 */
export const checkSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
  const missing = await missingOf(connection, namespace);
  if (missing.length === 0) return;
  const flags = missing.map((name) => `--name ${name} --type ${cliTypes[searchAttributes[name]]}`).join(' ');
  throw new DrError(
    'missing',
    `namespace ${namespace} lacks the search attributes ${missing.join(', ')}`,
    `temporal operator search-attribute create --namespace ${namespace} ${flags}`,
  );
};

const patienceMs = 20_000;

/**
 * Registers what is missing and waits until it can be used. Needs an operator's rights; a second call changes nothing.
 * @throws DrError `missing` when the server has not taken them within 20 s
 */
export const registerSearchAttributes = async (connection: Connection, namespace: string): Promise<void> => {
  const missing = await missingOf(connection, namespace);
  if (missing.length === 0) return;
  await addSearchAttributes(connection, namespace, missing);
  const deadline = Date.now() + patienceMs;
  while ((await missingOf(connection, namespace)).length > 0) {
    if (Date.now() > deadline) return checkSearchAttributes(connection, namespace);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
