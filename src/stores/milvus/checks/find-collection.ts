import { listCollections, readDefinition } from '../catalog/read-catalog.ts';
import type { Operation } from '../connection/session.ts';
import type { Definition, Field } from '../meta.ts';

/** Null when there is no such collection in the place. */
export const findCollection = async (operation: Operation, name: string): Promise<Definition | null> =>
  (await listCollections(operation)).includes(name) ? readDefinition(operation, name) : null;

export const fieldOf = ({ schema }: Definition, name: string): Field | undefined =>
  schema.fields.find((field) => field.name === name);
