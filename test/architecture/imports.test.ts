// Row W7 of docs/coverage.md.
import { describe, expect, test } from 'vitest';
import { runbooks } from '../../runbooks/index.ts';
import { whyNotImport } from './arrows.ts';
import { exportsOf, importsOf, modules, readText } from './project.ts';

/** Files that vitest, not the project, starts: they may use what tests use. */
const isConfig = (path: string): boolean => /^[^/]+\.config\.ts$/.test(path);

describe('the arrows between the parts', () => {
  test('are those of the design, in every file', () => {
    const wrong = modules
      .filter((path) => !isConfig(path))
      .flatMap((path) =>
        importsOf(path, readText(path)).flatMap((one) => {
          const why = whyNotImport(path, one);
          return why === null ? [] : [`${path} imports ${one.of}: ${why}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  const forbidden: [from: string, text: string, why: string][] = [
    ['src/domain/a.ts', "import { readFile } from 'node:fs/promises';", 'domain has no Node built-ins'],
    ['src/domain/a.ts', "import type { Estate } from '../estate/estate.ts';", 'domain does not import estate'],
    ['src/domain/a.ts', "import { z } from 'zod';", 'domain imports no packages but none'],
    ['runbooks/a.ts', "export { x } from '../activities/x.ts';", 'runbooks does not import activities'],
    ['workflows/engine/a.ts', "type X = import('../../src/vault/port.ts').Vault;", 'workflows does not import vault'],
    [
      'workflows/a.ts',
      "import { z } from 'zod';",
      'workflows imports no packages but @temporalio/workflow, @temporalio/common',
    ],
    ['workflows/a.ts', "import { runbooks } from '../runbooks/index.ts';", 'workflows does not import runbooks'],
    ['src/stores/postgres/a.ts', "import type { Vault } from '../../vault/port.ts';", 'stores does not import vault'],
    ['src/stores/postgres/a.ts', "import { x } from '../memory/index.ts';", 'kinds of store do not import each other'],
    ['src/vault/a.ts', "const s = await import('../stores/registry.ts');", 'vault does not import stores'],
    ['src/report/a.ts', "import { Client } from '@temporalio/client';", 'report knows nothing of Temporal'],
    ['activities/a.ts', "import { sleep } from '@temporalio/workflow';", 'only workflows is workflow code'],
    ['activities/a.ts', "import { up } from '../src/local/up.ts';", 'nothing imports local'],
    ['activities/a.ts', "import { main } from '../src/worker.ts';", 'nothing imports root'],
    ['src/cli/a.ts', "import { site } from '../../test/domain/phases.ts';", 'nothing but tests imports tests'],
    ['src/vault/a.ts', "import fc from 'fast-check';", 'it is a dependency of tests only'],
    ['src/vault/a.ts', "import x from 'left-pad';", 'it is not in package.json'],
    ['src/vault/a.ts', "import fs from 'fs';", 'built-ins are imported as node:…'],
    ['src/vault/a.ts', "const name = 'x'; await import(name + '.ts');", 'it is not in package.json'],
    [
      'src/new/a.ts',
      "import { x } from '../vault/port.ts';",
      'part new has no rule: add it to test/architecture/arrows.ts',
    ],
  ];
  test.each(forbidden)('%s: %s is refused', (from, text, why) => {
    expect(importsOf(from, text).map((one) => whyNotImport(from, one))).toEqual([why]);
  });

  const fine: [from: string, text: string][] = [
    ['src/vault/a.ts', "import type { Digest } from '../domain/words.ts'; import { Readable } from 'node:stream';"],
    [
      'activities/a.ts',
      "import { runbooks } from '../runbooks/index.ts'; import { Context } from '@temporalio/activity';",
    ],
    [
      'src/stores/registry.ts',
      "import { postgres } from './postgres/index.ts'; import { memory } from './memory/index.ts';",
    ],
    ['src/cli/a.ts', "import { up } from '../local/up.ts'; import { x } from '../../activities/x.ts';"],
    ['test/a.test.ts', "import fc from 'fast-check'; import { x } from '../src/cli/a.ts';"],
  ];
  test.each(fine)('%s: %s is fine', (from, text) => {
    expect(importsOf(from, text).map((one) => whyNotImport(from, one))).toEqual([null, null]);
  });
});

describe('the registries', () => {
  test('every runbook is a workflow type of the same name, and every workflow type is a runbook or part of one', () => {
    const parts = ['holdPlace', 'restoreUnits', 'default'];
    const types = exportsOf('workflows/index.ts');
    expect(types.filter((name) => !parts.includes(name)).sort()).toEqual(Object.keys(runbooks).sort());
    expect(types).toEqual(expect.arrayContaining(parts));
  });
});
