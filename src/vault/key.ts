import { DrError } from '../domain/errors.ts';

const legal = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,199}$/;

/** Whether a file or object name could be part of a vault key: anything else in a bucket or folder is not the vault's. */
export const isSegment = (name: string): boolean => legal.test(name);

/**
 * Splits a key into its segments. Segments never start with a dot, so that no key leaves the root of a folder and a
 * backend may keep its own files under dotted names.
 * @throws DrError `bad-input`
 */
export const segmentsOf = (key: string): string[] => {
  const segments = key.split('/');
  for (const segment of segments) {
    if (!isSegment(segment)) {
      throw new DrError(
        'bad-input',
        `not a vault key: ${JSON.stringify(key)}, segment ${JSON.stringify(segment)}`,
        'segments hold letters, digits, "-", "_", "=" and inner dots, 200 at most',
      );
    }
  }
  return segments;
};

/**
 * Any text as one segment, reversibly: `drill/a` becomes `drill=2Fa`. Bytes outside letters, digits, `-`, `_` and inner
 * dots are written `=XX`, as quoted-printable does (RFC 2045).
 * @throws DrError `bad-input` when the result is longer than a file name may be
 */
export const toSegment = (text: string): string => {
  const escaped = [...Buffer.from(text.toWellFormed())]
    .map((byte, at) => {
      const char = String.fromCharCode(byte);
      const isPlain = /[A-Za-z0-9_-]/.test(char) || (char === '.' && at > 0);
      return isPlain ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  if (escaped.length === 0 || escaped.length > 200) {
    throw new DrError('bad-input', `name of ${escaped.length} characters: ${escaped.slice(0, 40)}`, 'use 1 to 200');
  }
  return escaped;
};

/** The text that `toSegment` was given. */
export const fromSegment = (segment: string): string =>
  Buffer.from(
    segment.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** A number as a segment that sorts as text the way it sorts as a number. */
export const padded = (number: number): string => String(number).padStart(8, '0');
