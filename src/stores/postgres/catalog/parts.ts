/** `[from, to)` in blocks of a table. */
export interface BlockRange {
  from: number;
  to: number;
}

const least = 1_000_000;
const most = 32_000_000;

/** Bytes of one part: enough parts for every hand to be busy to the end, none of them a long loss when it is interrupted. */
export const partBytesOf = (totalBytes: number): number => Math.min(most, Math.max(least, totalBytes / 64));

/** Cuts a table of `blocks` blocks that weighs `bytes` (with what is stored beside it) into ranges of about `partBytes`. */
export const cutBlocks = (blocks: number, bytes: number, partBytes: number): BlockRange[] => {
  const parts = Math.min(blocks, Math.ceil(bytes / partBytes));
  return Array.from({ length: parts }, (_, n) => ({
    from: Math.floor((blocks * n) / parts),
    to: Math.floor((blocks * (n + 1)) / parts),
  }));
};

/** As a condition that the server turns into a TID range scan. */
export const isInBlocks = ({ from, to }: BlockRange): string => `ctid >= '(${from},0)' AND ctid < '(${to},0)'`;
