import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { Check, CheckRow } from '../../../domain/checks.ts';
import type { CheckOptions } from '../../port.ts';
import type { Session } from '../connection/session.ts';

/** What a check found. `says` where one check has several rows. */
export type Found = Omit<CheckRow, 'check' | 'says'> & { says?: string };

/** Runs one kind of check in a transaction that is rolled back afterwards. @throws what the driver throws */
export type Run<C extends Check> = (
  at: { client: Client; session: Session; options: CheckOptions },
  check: C,
) => Promise<Found[]>;

export const red = (expected: string, found: string, examples?: readonly string[]): Found => ({
  state: 'red',
  expected,
  found,
  ...(examples === undefined ? {} : { examples }),
});
export const green = (expected: string, found: string): Found => ({ state: 'green', expected, found });
export const unmeasured = (expected: string, found: string): Found => ({ state: 'not measured', expected, found });

const mostNamed = 10;

/** The first of them, and how many more there are. */
export const listFew = (all: readonly string[], separator = ', '): string =>
  `${all.slice(0, mostNamed).join(separator)}${all.length > mostNamed ? `${separator}and ${all.length - mostNamed} more` : ''}`;

/** Exactly one statement, whatever stands in the text: the server refuses a second one. */
export const single = <R extends QueryResultRow>(client: Client, text: string): Promise<QueryResult<R>> =>
  client.query<R>({ text, queryMode: 'extended' } as QueryConfig);
