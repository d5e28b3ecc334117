import { html as escaping, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { linesOf, withoutControls } from '../text.ts';

/** Markup that is safe to put into a page as it is. */
export type Html = HtmlEscapedString;

/**
 * Text that shows exactly what it holds: line breaks, bidi controls and other invisible characters become `\u{…}`, so
 * that no name can pass for another or turn the words around it. Half a surrogate pair becomes the replacement character.
 */
export const visible = (text: string): string => withoutControls(text.toWellFormed(), (code) => `\\u{${code}}`);

const shown = (value: unknown): unknown => {
  if (typeof value === 'string') return visible(value);
  return Array.isArray(value) ? value.map(shown) : value;
};

/**
 * A template whose values are text, made visible and escaped, unless they are `Html` themselves. Lists are joined; null,
 * undefined and booleans print nothing. Attributes have to be quoted.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly unknown[]): Html => {
  const made = escaping(strings, ...values.map(shown));
  if (made instanceof Promise) throw new TypeError('a template of a report waits for nothing');
  return made;
};

/** Markup from where only this project writes it: its style sheet and its charts. */
export const trusted = (markup: string): Html => raw(markup);

/** Sentences of people and errors: their line breaks are line breaks. */
export const prose = (text: string): Html => {
  const [first = '', ...rest] = linesOf(text);
  return html`${first}${rest.map((line) => html`<br>${line}`)}`;
};
