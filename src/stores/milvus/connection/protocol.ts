import { createRequire } from 'node:module';
import { type Method as Declared, Field, type INamespace, Root, type Type } from 'protobufjs/light.js';

/** What a call may be asked for and what it answers: messages of milvus-proto, names as they are there. */
// biome-ignore lint/suspicious/noExplicitAny: messages have no types
export type Message = any;

/** How one call goes over the wire. */
export interface Method {
  path: string;
  encode(message: Message): Buffer;
  decode(bytes: Buffer): Message;
}

/** Where the official client keeps its description of the protocol. */
const description = '@zilliz/milvus2-sdk-node/dist/milvus/proto-json/milvus.js';

const service = 'milvus.proto.milvus.MilvusService';

/** 64 bits as digits, enums by name, and what was not sent as what that means. */
export const shape = { longs: String, enums: String, defaults: true, oneofs: true } as const;

/**
 * The protocol as the official client brings it. That client would describe each of its thousand messages before the first call
 * and copy each answer: 40 MiB that nobody asked for.
 */
const read = (): Root => {
  const { default: protocol } = createRequire(import.meta.url)(description) as { default: INamespace };
  const root = Root.fromJSON(protocol);
  // Packed floats are the same on the wire as bytes: a vector is not taken apart into numbers.
  const floats = root.lookupType('milvus.proto.schema.FloatArray');
  floats.remove(floats.fields.data!);
  floats.add(new Field('data', 1, 'bytes'));
  return root;
};

let known: Root | null = null;

/** A type of message by its full name. Reading the protocol takes a moment, and is done once. */
export const typeOf = (name: string): Type => {
  known ??= read();
  return known.lookupType(name);
};

/** A message as the bytes it travels as. */
export const encodeMessage = (type: Type, message: Message): Buffer => {
  const bytes = type.encode(type.fromObject(message)).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const methods = new Map<string, Method>();

const readMethod = (name: string): Method => {
  known ??= read();
  const { resolvedRequestType, resolvedResponseType } = known
    .lookupService(service)
    .methods[name]!.resolve() as Declared;
  const [request, response] = [resolvedRequestType!, resolvedResponseType!];
  return {
    path: `/${service}/${name}`,
    encode: (message) => encodeMessage(request, message),
    decode: (bytes) => response.toObject(response.decode(bytes), shape),
  };
};

/** One of the calls of `milvus.proto`. */
export const methodOf = (name: string): Method => {
  const method = methods.get(name) ?? readMethod(name);
  methods.set(name, method);
  return method;
};
