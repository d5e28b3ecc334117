import { DrError } from '../../../domain/errors.ts';

const broken = (): DrError =>
  new DrError(
    'damaged',
    'the RDB cannot be read: a compressed string',
    'take the backup again, or restore another set',
  );

/**
 * Unpacks what LibLZF packed into the first `size` bytes of `into`. http://oldhome.schmorp.de/marc/liblzf.html
 * @throws DrError `damaged` when it does not come to exactly that size
 */
export const decompress = (bytes: Uint8Array, from: number, to: number, into: Uint8Array, size: number): void => {
  let at = from;
  let out = 0;
  while (at < to) {
    const control = bytes[at]!;
    at += 1;
    if (control < 32) {
      const end = at + control + 1;
      if (end > to || out + control + 1 > size) throw broken();
      while (at < end) into[out++] = bytes[at++]!;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += bytes[at++]!;
    let back = out - ((control & 31) << 8) - bytes[at++]! - 1;
    length += 2;
    if (back < 0 || out + length > size || at > to) throw broken();
    for (const end = out + length; out < end; ) into[out++] = into[back++]!;
  }
  if (out !== size) throw broken();
};
