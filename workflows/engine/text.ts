/** Bytes of a text in UTF-8, without the encoders that a workflow does not have. */
export const byteLength = (text: string): number => {
  let bytes = 0;
  for (const sign of text) {
    const point = sign.codePointAt(0)!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** At most `most` bytes of a text, with `…` where something was left out. */
export const cutText = (text: string, most: number): string => {
  if (byteLength(text) <= most) return text;
  let kept = '';
  let bytes = byteLength('…');
  for (const sign of text) {
    bytes += byteLength(sign);
    if (bytes > most) break;
    kept += sign;
  }
  return `${kept}…`;
};

/** A text inside one cell of a Markdown table, or inside one line: no breaks, no bars, no raw HTML, no templates. */
export const inline = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/\|/g, '\\|')
    .replace(/</g, '&lt;')
    .replace(/\{(namespace|workflowId|runId)\}/g, '{ $1 }')
    .trim();
