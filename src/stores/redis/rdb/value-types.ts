/** Every form in which an RDB keeps a value, by its number. https://github.com/redis/redis/blob/unstable/src/rdb.h */
export const valueTypes: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'list',
  2: 'set',
  3: 'zset with text scores',
  4: 'hash',
  5: 'zset',
  6: 'module of an early version',
  7: 'module',
  9: 'zipmap',
  10: 'list as a ziplist',
  11: 'set of numbers',
  12: 'zset as a ziplist',
  13: 'hash as a ziplist',
  14: 'quicklist of ziplists',
  15: 'stream',
  16: 'hash as a listpack',
  17: 'zset as a listpack',
  18: 'quicklist',
  19: 'stream of version 2',
  20: 'set as a listpack',
  21: 'stream of version 3',
  22: 'hash with expiring fields of a preview',
  23: 'listpack with expiring fields of a preview',
  24: 'hash with expiring fields',
  25: 'listpack with expiring fields',
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The name of a module's type, from the number that stands for it: nine letters of six bits, ten bits of a version. */
export const moduleName = (high: number, low: number): string => {
  let id = (BigInt(high) << 32n) | BigInt(low >>> 0);
  id >>= 10n;
  let name = '';
  for (let n = 0; n < 9; n += 1) {
    name = `${letters[Number(id & 63n)]}${name}`;
    id >>= 6n;
  }
  return name;
};
