import { encodeMessage, typeOf } from '../connection/protocol.ts';
import type { Schema } from '../meta.ts';

/** A schema as `CreateCollection` takes it. Numbers of fields are the server's own: it gives new ones. */
export const encodeSchema = (name: string, schema: Schema): Uint8Array => {
  const { fields, ...rest } = schema;
  const own = fields.map((field) => ({ ...field, fieldID: 0, state: 0 }));
  return encodeMessage(typeOf('milvus.proto.schema.CollectionSchema'), { ...rest, fields: own, name });
};
