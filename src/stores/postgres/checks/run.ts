import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Check } from '../../../domain/checks.ts';
import type { Found } from '../../found.ts';
import type { CheckOptions } from '../../port.ts';
import type { Session } from '../connection/session.ts';

/** Runs one kind of check in a transaction that is rolled back afterwards. @throws what the driver throws */
export type Run<C extends Check> = (
  at: { client: Client; session: Session; options: CheckOptions },
  check: C,
) => Promise<Found[]>;

const mostNamed = 10;

/** The first of them, and how many more there are. */
export const listFew = (all: readonly string[], separator = ', '): string =>
  `${all.slice(0, mostNamed).join(separator)}${all.length > mostNamed ? `${separator}and ${all.length - mostNamed} more` : ''}`;

/** Exactly one statement, whatever stands in the text: the server refuses a second one. */
export const single = <R extends QueryResultRow>(client: Client, text: string): Promise<QueryResult<R>> =>
  client.query<R>({ text, queryMode: 'extended' } as QueryConfig);
