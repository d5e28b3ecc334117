import type { Message, Session } from '../connection/session.ts';
import type { Schema } from '../meta.ts';

const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The client decodes messages with the names of the protocol, and encodes schemas with those of JavaScript. */
const renamed = (value: Message): Message => {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [camel(key), renamed(member)]));
};

/** A schema as `CreateCollection` takes it. Numbers of fields are the server's own: it gives new ones. */
export const encodeSchema = ({ types }: Session, name: string, schema: Schema): Uint8Array => {
  const { fields, ...rest } = schema;
  const own = fields.map((field) => ({ ...field, fieldID: 0, state: 0 }));
  const type = types.lookupType('milvus.proto.schema.CollectionSchema');
  return type.encode(type.fromObject(renamed({ ...rest, fields: own, name }))).finish();
};
