import { randomBytes } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { compress } from '../../src/vault/compress.ts';

const frameOf = async (plain: Uint8Array): Promise<Buffer> => {
  const parts: Buffer[] = [];
  await compress(plain, (part) => void parts.push(Buffer.from(part)));
  return Buffer.concat(parts);
};

const rows = (bytes: number): Buffer => Buffer.alloc(bytes, `${randomBytes(3_000).toString('hex')} a row\n`);

test('every frame holds its own bytes, one after the other and side by side', async () => {
  const lengths = [1, 100, 131_072, 2_000_000, 7, 131_073, 2_097_152, 60_000];
  const plain = lengths.flatMap((length) => [rows(length), randomBytes(length), Buffer.alloc(length)]);
  for (const one of plain) expect(zstdDecompressSync(await frameOf(one)).equals(one)).toBe(true);
  const frames = await Promise.all(plain.map(frameOf));
  frames.forEach((frame, n) => void expect(zstdDecompressSync(frame).equals(plain[n]!)).toBe(true));
});

test('equal bytes come to equal frames, whatever was compressed before', async () => {
  const one = rows(500_000);
  const first = await frameOf(one);
  await frameOf(randomBytes(300_000));
  expect((await frameOf(one)).equals(first)).toBe(true);
});
