import { hash } from 'node:crypto';
import type { ObjectPrint } from '../../../domain/fingerprint.ts';
import { heldFields, types } from '../catalog/types.ts';
import { type Definition, type Field, hasAutoIds } from '../meta.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Page, Value } from './values.ts';

/** Names how rows are summed: prints of another algorithm cannot be compared. */
export const algorithm = 'milvus-rows-1';

/** Bytes that grow, and are used again for the next row. */
const growing = () => {
  let bytes = Buffer.allocUnsafe(4096);
  let length = 0;
  const room = (more: number): number => {
    if (length + more > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + more));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
    length += more;
    return length - more;
  };
  return {
    begin: (): void => {
      length = 0;
    },
    // Room may move the bytes: it is made before they are named.
    count(n: number): void {
      const at = room(4);
      bytes.writeUInt32LE(n, at);
    },
    whole(n: number | bigint): void {
      const at = room(8);
      bytes.writeBigInt64LE(BigInt(n), at);
    },
    real(n: number): void {
      const at = room(8);
      bytes.writeDoubleLE(n, at);
    },
    floats(all: readonly number[] | Float32Array): void {
      let at = room(all.length * 4);
      if (all instanceof Float32Array) bytes.set(new Uint8Array(all.buffer, all.byteOffset, all.byteLength), at);
      else for (const one of all) at = bytes.writeFloatLE(one, at);
    },
    raw(some: Uint8Array): void {
      const at = room(some.length);
      bytes.set(some, at);
    },
    all: (): Buffer => bytes.subarray(0, length),
  };
};

type Growing = ReturnType<typeof growing>;

const sized = (to: Growing, bytes: Uint8Array): void => {
  to.count(bytes.length);
  to.raw(bytes);
};

/** Pairs of index and value, by index: servers keep them in any order. */
const sortPairs = (bytes: Uint8Array): Buffer => {
  const pairs = Array.from({ length: bytes.length / 8 }, (_, n) => Buffer.from(bytes.subarray(n * 8, n * 8 + 8)));
  return Buffer.concat(pairs.sort((a, b) => a.readUInt32LE(0) - b.readUInt32LE(0)));
};

const scalar = (to: Growing, holds: string, value: boolean | number | bigint | string): void => {
  if (holds === 'flag') to.count(value ? 1 : 0);
  else if (holds === 'real') to.real(value as number);
  else if (holds === 'whole' || holds === 'long') to.whole(value as number | bigint);
  else if (holds === 'json') sized(to, Buffer.from(canonicalJson(value as string)));
  else sized(to, Buffer.from(value as string));
};

const write = (to: Growing, field: Field, value: Exclude<Value, null>): void => {
  const { holds } = types[field.data_type]!;
  if (holds === 'floats') {
    to.count((value as number[]).length);
    to.floats(value as number[]);
  } else if (holds === 'list') {
    to.count((value as unknown[]).length);
    for (const one of value as (boolean | number | bigint | string)[])
      scalar(to, types[field.element_type]!.holds, one);
  } else if (value instanceof Uint8Array) sized(to, holds === 'sparse' ? sortPairs(value) : value);
  else scalar(to, holds, value as boolean | number | bigint | string);
};

export interface RowSum {
  add(page: Page): void;
  print(): ObjectPrint;
}

/**
 * Sums over a collection: SHA-256 of each row in one fixed form (fields by name, with their types, floats bit by bit, JSON by
 * meaning), its first two 64-bit words summed exactly. Keys that the server made are not of the content: another server makes
 * others. Sums, because XOR hides pairs of equal rows.
 */
export const rowSum = (definition: Pick<Definition, 'schema'>): RowSum => {
  const isMade = hasAutoIds(definition);
  const fields = heldFields(definition)
    .filter(({ is_primary_key }) => !(is_primary_key && isMade))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((field) => ({
      field,
      head: Buffer.from(`${JSON.stringify(field.name)} ${field.data_type} ${field.element_type}\n`),
    }));
  const to = growing();
  let rows = 0;
  let [left, right] = [0n, 0n];
  return {
    add({ rows: count, columns }) {
      const taken = fields.map(({ field, head }) => ({ field, head, values: columns.get(field.name)! }));
      for (let n = 0; n < count; n += 1) {
        to.begin();
        for (const { field, head, values } of taken) {
          const value = values[n] ?? null;
          to.raw(head);
          to.count(value === null ? 0 : 1);
          if (value !== null) write(to, field, value);
        }
        const digest = hash('sha256', to.all(), 'buffer');
        left += digest.readBigUInt64LE(0);
        right += digest.readBigUInt64LE(8);
      }
      rows += count;
    },
    print: () => ({ rows, sum: `${left},${right}` }),
  };
};
