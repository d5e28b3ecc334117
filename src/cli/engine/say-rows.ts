import { markdownTable } from 'markdown-table';

const mostShown = 60;

const controls = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A value on one line, of bearable length, with nothing in it that a terminal would obey. */
export const sayValue = (value: string | null): string => {
  if (value === null) return 'NULL';
  const characters = Array.from(value.slice(0, 2 * mostShown));
  const cut = characters.length > mostShown || value.length > 2 * mostShown;
  const text = cut ? `${characters.slice(0, mostShown - 1).join('')}…` : value;
  return text.replace(controls, (one) => named[one] ?? `\\u${one.codePointAt(0)!.toString(16).padStart(4, '0')}`);
};

/** Rows of values under their names. */
export const sayRows = (names: readonly string[], rows: readonly (readonly (string | null)[])[]): string =>
  names.length === 0
    ? `${rows.length} rows without columns`
    : markdownTable([names.map(sayValue), ...rows.map((row) => row.map(sayValue))]);
