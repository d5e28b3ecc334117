/**
 * A running 64-bit digest in two halves of 32 bits: the rounds of MurmurHash3 x86_128, two lanes of them, which cross at
 * every word. It detects accidents; it is no signature. https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export interface Mix {
  a: number;
  b: number;
}

const { imul } = Math;

/** One word of 32 bits. */
export const mixWord = (mix: Mix, word: number): void => {
  let k = imul(word, 0x239b961b);
  k = imul((k << 15) | (k >>> 17), 0xab0e9789 | 0);
  let a = mix.a ^ k;
  a = (a << 19) | (a >>> 13);
  a = (imul((a + mix.b) | 0, 5) + 0x561ccd1b) | 0;
  k = imul(word, 0x38b34ae5);
  k = imul((k << 17) | (k >>> 15), 0xa1e38b93 | 0);
  let b = mix.b ^ k;
  b = (b << 17) | (b >>> 15);
  mix.b = (imul((b + a) | 0, 5) + 0x0bcaa747) | 0;
  mix.a = a;
};

/** Bytes and how many there are, so that two texts cannot trade their border: eight at a time, a word for each half. */
export const mixText = (mix: Mix, bytes: Uint8Array, from: number, to: number): void => {
  let { a, b } = mix;
  const whole = to - ((to - from) & 7);
  let at = from;
  for (; at < whole; at += 8) {
    let k = imul(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24), 0x239b961b);
    k = imul((k << 15) | (k >>> 17), 0xab0e9789 | 0);
    a ^= k;
    a = (a << 19) | (a >>> 13);
    a = (imul((a + b) | 0, 5) + 0x561ccd1b) | 0;
    k = imul(bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24), 0x38b34ae5);
    k = imul((k << 17) | (k >>> 15), 0xa1e38b93 | 0);
    b ^= k;
    b = (b << 17) | (b >>> 15);
    b = (imul((b + a) | 0, 5) + 0x0bcaa747) | 0;
  }
  mix.a = a;
  mix.b = b;
  while (at < to) {
    let word = 0;
    for (let n = 0; at < to && n < 32; at += 1, n += 8) word |= bytes[at]! << n;
    mixWord(mix, word);
  }
  mixWord(mix, to - from);
};

const final = (word: number): number => {
  let h = word ^ (word >>> 16);
  h = imul(h, 0x85ebca6b | 0);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35 | 0);
  return h ^ (h >>> 16);
};

/** Spreads the last word over all bits. */
export const finish = (mix: Mix): void => {
  const a = final((mix.a + mix.b) | 0);
  const b = final((mix.b + a) | 0);
  mix.a = (a + b) | 0;
  mix.b = (mix.a + b) | 0;
};

/** A number of up to 53 bits and a sign. */
export const mixNumber = (mix: Mix, number: number): void => {
  mixWord(mix, number | 0);
  mixWord(mix, Math.floor(number / 0x1_0000_0000) | 0);
};
