import type { Runbook } from './plan.ts';

const marks = { begin: '<!-- runbooks:begin -->', end: '<!-- runbooks:end -->' };

const tableOf = (runbooks: Readonly<Record<string, Runbook>>): string =>
  [
    '| runbook | what it does |',
    '|---|---|',
    ...Object.values(runbooks).map(({ name, says }) => `| \`${name}\` | ${says} |`),
  ].join('\n');

/** A page with its table of runbooks brought up to date; the rest is left as it is. */
export const insertRunbookTable = (page: string, runbooks: Readonly<Record<string, Runbook>>): string => {
  const [from, to] = [page.indexOf(marks.begin) + marks.begin.length, page.indexOf(marks.end)];
  return `${page.slice(0, from)}\n${tableOf(runbooks)}\n${page.slice(to)}`;
};
