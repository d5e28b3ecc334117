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

/** The buffers that were read last, with what reads whole words of them. */
const viewed: Uint8Array[] = Array.from({ length: 4 }, () => new Uint8Array());
const views: DataView[] = viewed.map(({ buffer }) => new DataView(buffer));
let oldest = 0;
/** Larger ones are not held on to. */
const mostBytes = 1024 * 1024;

const viewOf = (bytes: Uint8Array): DataView => {
  for (let n = 0; n < 4; n += 1) if (viewed[n] === bytes) return views[n]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength > mostBytes) return view;
  oldest = (oldest + 1) & 3;
  viewed[oldest] = bytes;
  views[oldest] = view;
  return view;
};

/** Two words, one for each half. */
const mixPair = (mix: Mix, low: number, high: number): void => {
  let k = imul(low, 0x239b961b);
  k = imul((k << 15) | (k >>> 17), 0xab0e9789 | 0);
  let a = mix.a ^ k;
  a = (a << 19) | (a >>> 13);
  a = (imul((a + mix.b) | 0, 5) + 0x561ccd1b) | 0;
  k = imul(high, 0x38b34ae5);
  k = imul((k << 17) | (k >>> 15), 0xa1e38b93 | 0);
  let b = mix.b ^ k;
  b = (b << 17) | (b >>> 15);
  mix.b = (imul((b + a) | 0, 5) + 0x0bcaa747) | 0;
  mix.a = a;
};

/** Bytes and how many there are, so that two texts cannot trade their border: eight at a time, a word for each half. */
export const mixText = (mix: Mix, bytes: Uint8Array, from: number, to: number): void => {
  let at = from;
  if (to - from >= 8) {
    const view = viewOf(bytes);
    for (const whole = to - ((to - from) & 7); at < whole; at += 8) {
      mixPair(mix, view.getInt32(at, true), view.getInt32(at + 4, true));
    }
  }
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
  const low = number | 0;
  mixWord(mix, low);
  mixWord(mix, low === number ? low >> 31 : Math.floor(number / 0x1_0000_0000) | 0);
};

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** A number by its eight bytes, little end first, as `mixText` takes them in. */
export const mixDouble = (mix: Mix, number: number): void => {
  double[0] = number;
  mixPair(mix, halves[0]!, halves[1]!);
  mixWord(mix, 8);
};
