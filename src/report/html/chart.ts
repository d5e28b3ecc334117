import { createDocument } from '@mixmark-io/domino';
import { type PlotOptions, plot } from '@observablehq/plot';
import { type Html, trusted } from './html.ts';

/** What a browser would call an SVG element: this project is compiled without a browser's types. */
interface Drawing {
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelector(selector: string): { remove(): void } | null;
  querySelectorAll(selector: string): ArrayLike<Drawing>;
  outerHTML: string;
}

interface Look {
  /** Read out in place of the picture. */
  says: string;
  /** Of the CSS that sizes it. */
  className: string;
  /** Stretches with its box: only for pictures without text. */
  stretches?: boolean;
}

/**
 * Draws a chart as inline SVG that needs no script. Its colours are CSS variables, so that it follows the theme of the
 * page; its own style element is taken out, because the page allows none but its own.
 */
export const chart = (options: PlotOptions, { says, className, stretches = false }: Look): Html => {
  const drawing: Drawing = plot({ ...options, document: createDocument() as never, className: 'chart' }) as never;
  drawing.querySelector('style')?.remove();
  // A picture is one thing to who hears it: names of its groups would be read out too.
  for (const group of Array.from(drawing.querySelectorAll('g[aria-label]'))) group.removeAttribute('aria-label');
  drawing.setAttribute('class', `chart ${className}`);
  drawing.setAttribute('role', 'img');
  drawing.setAttribute('aria-label', says);
  drawing.removeAttribute('font-family');
  if (stretches) drawing.setAttribute('preserveAspectRatio', 'none');
  return trusted(drawing.outerHTML);
};
