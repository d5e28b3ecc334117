import type { CheckRow } from '../../../domain/checks.ts';
import { listCollections, readDefinition } from '../catalog/read-catalog.ts';
import type { Operation } from '../connection/session.ts';
import type { Definition, Field } from '../meta.ts';

/** What a check found, without what it was. */
export type Found = Omit<CheckRow, 'check' | 'says'>;

export const red = (expected: string, found: string): Found => ({ state: 'red', expected, found });

/** Null when there is no such collection in the place. */
export const findCollection = async (operation: Operation, name: string): Promise<Definition | null> =>
  (await listCollections(operation)).includes(name) ? readDefinition(operation, name) : null;

export const fieldOf = ({ schema }: Definition, name: string): Field | undefined =>
  schema.fields.find((field) => field.name === name);
