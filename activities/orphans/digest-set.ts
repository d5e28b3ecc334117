/** Words of 32 bits in a digest. */
const words = 4;
const leastSlots = 1024;

/**
 * Digests of 16 bytes, 32 bytes of memory for each at most: a set of strings takes five times as much. The digest of nothing
 * but zeros is not kept apart from an empty slot, and does not happen.
 */
export interface DigestSet {
  readonly size: number;
  add(digest: Uint32Array): void;
  has(digest: Uint32Array): boolean;
  /** Keeps those for which it holds. */
  keep(isKept: (digest: Uint32Array) => boolean): void;
}

/** Where a digest is among the slots, or the empty slot where it would be. */
const slotOf = (slots: Uint32Array, digest: Uint32Array): number => {
  const mask = slots.length / words - 1;
  for (let slot = digest[1]! & mask; ; slot = (slot + 1) & mask) {
    const at = slot * words;
    let isEmpty = true;
    let isSame = true;
    for (let n = 0; n < words; n += 1) {
      if (slots[at + n] !== 0) isEmpty = false;
      if (slots[at + n] !== digest[n]) isSame = false;
    }
    if (isEmpty || isSame) return at;
  }
};

const isUsed = (slots: Uint32Array, at: number): boolean =>
  (slots[at]! | slots[at + 1]! | slots[at + 2]! | slots[at + 3]!) !== 0;

export const digestSet = (): DigestSet => {
  let slots = new Uint32Array(leastSlots * words);
  let size = 0;

  const put = (digest: Uint32Array): void => {
    const at = slotOf(slots, digest);
    if (isUsed(slots, at)) return;
    for (let n = 0; n < words; n += 1) slots[at + n] = digest[n]!;
    size += 1;
  };
  const move = (length: number, isKept: (digest: Uint32Array) => boolean): void => {
    const before = slots;
    const one = new Uint32Array(words);
    slots = new Uint32Array(length);
    size = 0;
    for (let at = 0; at < before.length; at += words) {
      if (!isUsed(before, at)) continue;
      for (let n = 0; n < words; n += 1) one[n] = before[at + n]!;
      if (isKept(one)) put(one);
    }
  };
  return {
    get size() {
      return size;
    },
    add(digest) {
      if (2 * size * words >= slots.length) move(2 * slots.length, () => true);
      put(digest);
    },
    has: (digest) => isUsed(slots, slotOf(slots, digest)),
    keep: (isKept) => move(slots.length, isKept),
  };
};
