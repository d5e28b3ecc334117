import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/vault/chunk-codec.ts';
import { chunkBuffers, cut, smallBytes } from '../../src/vault/cut.ts';
import { of, rows } from './new-vault.ts';

const plenty = rows(12 * 1024 * 1024);

/** Sizes around every boundary, and some between. */
const size = fc.oneof(
  fc.nat(300),
  fc.nat(5 * 1024 * 1024),
  ...[4096, smallBytes, chunkBytes].map((limit) => fc.integer({ min: -2, max: 2 }).map((off) => limit + off)),
);

describe('cutting a stream', () => {
  it('loses nothing and cuts at the same places however it arrives (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 4 }), async (sizes) => {
        const parts = sizes.map((bytes, n) => plenty.subarray(n, n + bytes));
        const whole = Buffer.concat(parts);
        const buffers = chunkBuffers();
        let at = 0;
        for await (const piece of cut(of(...parts), buffers)) {
          expect(Buffer.compare(piece.bytes, whole.subarray(at, at + piece.bytes.length))).toBe(0);
          at += piece.bytes.length;
          expect(piece.bytes.length === chunkBytes || at === whole.length).toBe(true);
          piece.give();
        }
        expect(at).toBe(whole.length);
      }),
      { numRuns: 60 },
    );
  });

  it('uses the same buffer again once it was given back, and not before', async () => {
    const buffers = chunkBuffers();
    const [first, second] = [buffers.take(), buffers.take()];
    expect(first).not.toBe(second);
    buffers.give(second);
    expect(buffers.take()).toBe(second);
  });

  it('takes no chunk buffer for a small stream', async () => {
    const buffers = {
      take: () => {
        throw new Error('taken');
      },
      give: () => {},
    };
    const pieces = await Array.fromAsync(
      cut(of(plenty.subarray(0, 100), plenty.subarray(0, smallBytes - 100)), buffers),
    );
    expect(pieces.map(({ bytes }) => bytes.length)).toEqual([smallBytes]);
  });
});
