/** `node zstd-pipe.ts <in >out`: zstd level 3, frames of 4 MiB, two at a time. Stands in where there is no zstd program. */
import { once } from 'node:events';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';

const frameBytes = 4 << 20;
const params = { [constants.ZSTD_c_compressionLevel]: 3 };
const compress = promisify(zstdCompress);

const pending: Promise<Buffer>[] = [];
const write = async (): Promise<void> => {
  const frame = await pending.shift();
  if (frame && !process.stdout.write(frame)) await once(process.stdout, 'drain');
};

let pieces: Buffer[] = [];
let bytes = 0;
const flush = async (): Promise<void> => {
  pending.push(compress(Buffer.concat(pieces), { params }));
  pieces = [];
  bytes = 0;
  if (pending.length > 2) await write();
};

for await (const piece of process.stdin as AsyncIterable<Buffer>) {
  pieces.push(piece);
  bytes += piece.length;
  if (bytes >= frameBytes) await flush();
}
if (bytes > 0) await flush();
while (pending.length > 0) await write();
