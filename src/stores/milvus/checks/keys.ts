import { DrError } from '../../../domain/errors.ts';
import { isVector } from '../catalog/types.ts';
import { type Operation, operate, type Session } from '../connection/session.ts';
import type { Definition } from '../meta.ts';
import { readPages, whileLoaded } from '../rows/read-pages.ts';
import type { Page, Value } from '../rows/values.ts';
import { fieldOf, findCollection } from './find-collection.ts';

/** Everything but vectors, and members of the dynamic field. */
const isKeyed = (collection: Definition, column: string): boolean => {
  const field = fieldOf(collection, column);
  return field === undefined ? collection.schema.enable_dynamic_field : !isVector(field) && field.data_type !== 'Array';
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return uuid.test(text) ? text.toLowerCase() : text;
};

const memberOf = (meta: Value | undefined, column: string): string | null => {
  const members = JSON.parse(String(meta ?? '{}')) as Record<string, unknown>;
  return Object.hasOwn(members, column) ? textOf(members[column]) : null;
};

export const keysOfPage = ({ rows, columns }: Page, names: readonly string[]): (readonly (string | null)[])[] =>
  Array.from({ length: rows }, (_, n) =>
    names.map((name) => {
      const values = columns.get(name);
      return values === undefined ? memberOf(columns.get('$meta')?.[n], name) : textOf(values[n]);
    }),
  );

/** @throws DrError `missing` */
export const keyedCollection = async (
  operation: Operation,
  object: string,
  names: readonly string[],
): Promise<Definition> => {
  const collection = await findCollection(operation, object);
  const lost = collection === null ? object : names.find((name) => !isKeyed(collection, name));
  if (collection !== null && lost === undefined) return collection;
  throw new DrError('missing', `there is no ${lost}`, 'correct the check');
};

/** A definition that reads only these fields: vectors are most of a row. */
export const only = (collection: Definition, names: readonly string[]): Definition => ({
  ...collection,
  schema: {
    ...collection.schema,
    fields: collection.schema.fields.filter(({ name, is_primary_key }) => is_primary_key || names.includes(name)),
    enable_dynamic_field: names.some((name) => fieldOf(collection, name) === undefined),
  },
});

/** Texts of fields of every row, page by page. */
export const readKeys = async function* (
  session: Session,
  object: string,
  names: readonly string[],
): AsyncIterable<readonly (readonly (string | null)[])[]> {
  const pages: (readonly (readonly (string | null)[])[])[] = [];
  let wake = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  let isOver = false;
  const reading = operate(session, async (operation) => {
    const collection = await keyedCollection(operation, object, names);
    await whileLoaded(operation, object, async () => {
      for await (const page of readPages(operation, only(collection, names), null)) {
        pages.push(keysOfPage(page, names));
        wake.resolve();
        await room.promise;
        room = Promise.withResolvers<void>();
        if (isOver) return;
      }
    });
  }).finally(() => {
    isOver = true;
    wake.resolve();
  });
  reading.catch(() => {});
  try {
    for (;;) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      const page = pages.shift();
      if (page === undefined) break;
      yield page;
      room.resolve();
    }
    await reading;
  } finally {
    isOver = true;
    room.resolve();
  }
};
