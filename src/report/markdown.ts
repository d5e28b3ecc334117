import { markdownTable } from 'markdown-table';
import { linesOf, withoutControls } from './text.ts';

/**
 * Any text as one line of Markdown that shows exactly that text: hostile object names, line breaks and HTML stay letters.
 * Underscores inside words are left alone, because they mean nothing there and names read better.
 */
export const plain = (text: string): string =>
  withoutControls(
    text.replace(/[\\`*[\]<>|#~&]/g, '\\$&').replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_'),
    (code) => `\\\\u{${code}}`,
  );

/** Sentences of people and errors as one line: `plain`, but their line breaks are dashes. */
export const prose = (text: string): string => plain(linesOf(text).join(' — '));

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
