/** Signature, flags, and the length of an extension that no version writes. */
const headerBytes = 19;

/** Where the tuple that begins at `from` ends; null when not all of it is here, and after the last one. */
const endOf = (bytes: Buffer, from: number): number | null => {
  if (from + 2 > bytes.length) return null;
  const fields = bytes.readInt16BE(from);
  if (fields === -1) return null;
  let at = from + 2;
  for (let n = 0; n < fields; n += 1) {
    if (at + 4 > bytes.length) return null;
    at += 4 + Math.max(0, bytes.readInt32BE(at));
  }
  return at <= bytes.length ? at : null;
};

const textsOf = (bytes: Buffer, from: number): string[] => {
  const texts: string[] = [];
  let at = from + 2;
  for (let left = bytes.readInt16BE(from); left > 0; left -= 1) {
    const begin = at + 4;
    at = begin + Math.max(0, bytes.readInt32BE(at));
    texts.push(bytes.toString('utf8', begin, at));
  }
  return texts;
};

/**
 * Rows of a `COPY … TO STDOUT (FORMAT binary)` of texts that are not null, tuple borders anywhere. A row is made when it is
 * asked for: thousands of them at once would outlive young garbage, and memory would grow with the table.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html (Binary Format)
 */
export async function* readTuples(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  // Grows to the longest tuple and a chunk, and is used to the end.
  let held = Buffer.alloc(0);
  let used = 0;
  let toSkip = headerBytes;
  for await (const chunk of chunks) {
    if (used + chunk.length > held.length) {
      held = Buffer.concat([held.subarray(0, used)], 2 * (used + chunk.length));
    }
    used += chunk.copy(held, used);
    const bytes = held.subarray(0, used);
    let at = Math.min(toSkip, used);
    toSkip -= at;
    for (let end = endOf(bytes, at); end !== null; end = endOf(bytes, at)) {
      yield textsOf(bytes, at);
      at = end;
    }
    held.copyWithin(0, at, used);
    used -= at;
  }
}
