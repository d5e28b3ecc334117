import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runbooks } from '../../runbooks/index.ts';
import { insertRunbookTable } from '../../src/domain/render-runbooks.ts';

const readme = await readFile('README.md', 'utf8');

describe('the README', () => {
  test('lists every runbook with what it does (npm run docs writes it)', () => {
    expect(readme).toBe(insertRunbookTable(readme, runbooks));
    for (const name of Object.keys(runbooks)) expect(readme).toContain(`| \`${name}\` |`);
  });

  test('links only to pages that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });
});
