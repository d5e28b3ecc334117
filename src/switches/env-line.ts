import { parse } from 'dotenv';

type Style = 'plain' | 'single' | 'double';

/** One line that assigns the key: everything before the value, the value as written, and what follows it. */
interface Assignment {
  before: string;
  written: string;
  after: string;
}

const escaped = (text: string): string => text.replace(/[\\^$.|?+()[\]{}/-]/g, '\\$&');

const assignmentIn = (line: string, key: string): Assignment | null => {
  const head = new RegExp(`^\\uFEFF?[ \\t]*(?:export[ \\t]+)?${escaped(key)}[ \\t]*=[ \\t]*`).exec(line)?.[0];
  if (head === undefined) return null;
  const [written, rest] = /^('[^']*'|"(?:\\"|[^"])*"|`[^`]*`|[^#\r\n]*?)([ \t]*(?:#.*)?[\r\n]*)$/
    .exec(line.slice(head.length))
    ?.slice(1) ?? ['', ''];
  return { before: head, written: written!, after: rest! };
};

const styleOf = (written: string): Style =>
  written.startsWith("'") ? 'single' : /^["`]/.test(written) ? 'double' : 'plain';

/** Characters that mean themselves, unquoted, to every reader: shells, systemd, compose and dotenv libraries. */
const isPlain = (value: string): boolean => /^[\w:/.@%+,=?~^-]*$/.test(value);

/** Characters that some reader takes apart even though others do not. */
const isPlainHere = (value: string, written: string): boolean =>
  !/[\s#'"`$\\]/.test(value) && [...value].every((one) => isPlain(one) || written.includes(one));

/**
 * The ways to write a value that every reader reads the same, the present one first: who reads this file has read that.
 * Unquoted it stays only when a shell would not take it apart, or has been given the same characters before.
 */
const spellings = (value: string, written: string): string[] => {
  const ways: Record<Style, string | null> = {
    plain: isPlain(value) || (styleOf(written) === 'plain' && isPlainHere(value, written)) ? value : null,
    single: value.includes("'") ? null : `'${value}'`,
    double: /["$`\\]/.test(value) ? null : `"${value}"`,
  };
  const order: Style[] = [styleOf(written), 'plain', 'single', 'double'];
  return order.map((style) => ways[style]).filter((way) => way !== null);
};

const isOnlyChange = (before: string, after: string, key: string, value: string): boolean => {
  const [was, is] = [parse(before), parse(after)];
  const keys = Object.keys(was);
  return (
    is[key] === value &&
    keys.length === Object.keys(is).length &&
    keys.every((one) => one === key || (Object.hasOwn(is, one) && was[one] === is[one]))
  );
};

/** The value of a key as programs read it: the last assignment counts. Null when there is none. */
export const readEnvLine = (text: string, key: string): string | null => {
  const values = parse(text);
  return Object.hasOwn(values, key) ? values[key]! : null;
};

/**
 * The text with one line changed so that the key has the value, and with nothing else changed, as written and as read.
 * Pure. Null when that cannot be had: the key is assigned over several lines, or no way of writing the value is read the
 * same by every reader (it holds a line break, or single quotes together with `"`, `$`, a backtick or a backslash).
 */
export const changeEnvLine = (text: string, key: string, value: string): string | null => {
  if (/[\r\n\0]/.test(value)) return null;
  const now = readEnvLine(text, key);
  const lines = text.split(/(?<=\n)/);
  for (const [at, line] of lines.entries()) {
    const found = assignmentIn(line, key);
    // A line that does not give the value by itself is part of another value, or goes on in the next line.
    if (found === null || parse(line)[key] !== now) continue;
    for (const spelling of spellings(value, found.written)) {
      const changed = lines.with(at, `${found.before}${spelling}${found.after}`).join('');
      if (isOnlyChange(text, changed, key, value)) return changed;
    }
  }
  return null;
};
