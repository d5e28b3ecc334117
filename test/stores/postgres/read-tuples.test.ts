import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTuples } from '../../../src/stores/postgres/export/read-tuples.ts';

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** As the server writes it. */
const copied = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    int32(0),
    int32(0),
    ...rows.flatMap((row) => [
      int16(row.length),
      ...row.flatMap((text) => [int32(Buffer.byteLength(text)), Buffer.from(text)]),
    ]),
    int16(-1),
  ]);

/** Every chunk in the same buffer: what is kept of one must be a copy. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const count = bytes.copy(buffer, 0, at, at + size);
    yield buffer.subarray(0, count);
    buffer.fill(0xee);
  }
}

const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((one) => one.isWellFormed());

it('gives every row, wherever the chunks are cut', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      async (rows, size) => {
        const found: string[][] = [];
        for await (const row of readTuples(inPieces(copied(rows), size))) found.push(row);
        expect(found).toEqual(rows);
      },
    ),
  ));
