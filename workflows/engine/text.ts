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

/** JSON to paste. */
const pasted = /(\{"[^{}`|\r\n]*\})/;

/** Signs that would mean something to the page, in front of which a backslash is needed. */
const meant =
  /[\\`*[\]<>|~$&^]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|(?<=-)-|-(?=-)|\{(?=(?:namespace|workflowId|runId)\})|(?<=\{(?:namespace|workflowId|runId))\}/gu;

/**
 * A text inside one cell of a Markdown table, or inside one line, that shows as exactly that text: line breaks are
 * dashes, and JSON is code, because the page makes typographic quotes of any others, which nobody can paste.
 */
export const inline = (text: string): string =>
  text
    .replace(/\s*[\r\n]+\s*/g, ' — ')
    .replace(/\s+/g, ' ')
    .trim()
    .split(pasted)
    .map((part, at) => (at % 2 === 1 ? `\`${part}\`` : part.replace(meant, '\\$&')))
    .join('');
