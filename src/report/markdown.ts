import { markdownTable } from 'markdown-table';

const controls = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Any text as one line of Markdown that shows exactly that text: hostile object names, line breaks and HTML stay letters.
 * Underscores inside words are left alone, because they mean nothing there and names read better.
 */
export const plain = (text: string): string =>
  text
    .replace(/[\\`*[\]<>|#~&]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(controls, (one) => `\\\\u{${one.codePointAt(0)!.toString(16)}}`);

/** Sentences of people and errors as one line: `plain`, but their line breaks are dashes. */
export const prose = (text: string): string =>
  plain(
    text
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' — '),
  );

/** A table of cells that are already Markdown; nothing when there are no rows. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly string[] = [],
): string => (rows.length === 0 ? '' : markdownTable([[...head], ...rows.map((row) => [...row])], { align }));

/** A heading with its body; nothing when the body is empty. */
export const section = (title: string, ...body: readonly string[]): string => {
  const kept = body.filter((part) => part !== '');
  return kept.length === 0 ? '' : [`## ${title}`, ...kept].join('\n\n');
};

export const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
