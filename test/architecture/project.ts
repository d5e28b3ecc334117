import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** The project as its files are, for tests of what may stand where. Paths start at the root and have no `./`. */
export const root = new URL('../../', import.meta.url).pathname;

export const readText = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** Every file that is or would be part of the project. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(`${root}${path}`))
  .sort();

export const modules = files.filter((path) => /\.m?ts$/.test(path));

export interface Import {
  /** As written; relative ones as a path from the root. */
  of: string;
  isRelative: boolean;
}

const importTypes = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Everything a module imports: types, re-exports and `import()` too. */
export const importsOf = (path: string, text: string): readonly Import[] => {
  const { module } = parseSync(path, text);
  const written = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((one) => one.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start, moduleRequest.end)),
    ...[...text.matchAll(importTypes)].map(([, one]) => one!),
  ].map((one) => one.replace(/^['"](.*)['"]$/, '$1'));
  return [...new Set(written)].map((one) =>
    one.startsWith('.')
      ? { of: posix.join(posix.dirname(path), one), isRelative: true }
      : { of: one, isRelative: false },
  );
};

/** Names a module exports, `default` among them. */
export const exportsOf = (path: string): readonly string[] =>
  parseSync(path, readText(path)).module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName }) => (exportName.kind === 'Default' ? 'default' : (exportName.name ?? '*'))),
  );

/** `@temporalio/client` of `@temporalio/client/lib/x`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

interface PackageJson {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}
export const packageJson = JSON.parse(readText('package.json')) as PackageJson;
