import { describe, expect, test } from 'vitest';
import { files, importsOf, modules, packageJson, packageOf, readText } from './project.ts';

const { dependencies, devDependencies } = packageJson;
const all = { ...dependencies, ...devDependencies };
const isText = (path: string): boolean => !/\.(png|svg|gz|zst|bin|dump)$/.test(path);

interface Lock {
  packages: Record<string, { version?: string; resolved?: string }>;
}
const lock = JSON.parse(readText('package-lock.json')) as Lock;

describe('dependencies', () => {
  test('are pinned exactly', () => {
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test('hold one version of each Temporal package, and the same of all', () => {
    const versions = Object.entries(lock.packages)
      .filter(([path]) => /node_modules\/@temporalio\/[^/]+$/.test(path))
      .map(([path, { version }]) => [path.replace(/^.*node_modules\//, ''), version] as const);
    const names = versions.map(([name]) => name);
    expect(names).toContain('@temporalio/workflow');
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
  });

  test('are locked without addresses, so that any registry can serve them', () => {
    const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(addressed).toEqual([]);
    expect(readText('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  test('each have a line in docs/dependencies.md that says why, and no other has', () => {
    const lines = [...readText('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)];
    expect(lines.map(([, name]) => name).sort()).toEqual(Object.keys(all).sort());
    for (const [, name, why] of lines) expect(why, name).toMatch(/^\w.{20,}\.$/);
  });

  /** Used without an import of their name. */
  const unnamed: Readonly<Record<string, string>> = {
    node: 'the runtime itself',
    protobufjs: 'its version is what replays JSON histories',
    typescript: 'the compiler',
    '@biomejs/biome': 'the linter',
    '@types/node': 'types of the runtime',
  };

  test('are used, each', () => {
    const used = new Set(
      modules.flatMap((path) =>
        importsOf(path, readText(path)).flatMap(({ of, isRelative }) => (isRelative ? [] : [packageOf(of)])),
      ),
    );
    const text = files
      .filter((path) => /^(bin|bench|src\/local)\//.test(path))
      .map(readText)
      .join('\n');
    const unused = Object.keys(all).filter(
      (name) => !used.has(name.replace('@types/', '')) && !(name in unnamed) && !text.includes(`'${name}`),
    );
    expect(unused).toEqual([]);
  });
});

describe('files', () => {
  /** More than 300 lines, and why it is one idea all the same. */
  const long: Readonly<Record<string, string>> = {
    'test/workflows/walk.test.ts': 'the ways a run may go, told one after the other',
  };

  test('of code have at most 300 lines, or a reason why not', () => {
    const found = modules
      .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(found.filter(({ path }) => !(path in long)).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
    expect(Object.keys(long).filter((path) => !found.some((one) => one.path === path))).toEqual([]);
  });

  test('are named in lower-case words and dashes', () => {
    const odd = modules.filter(
      (path) => !/^([a-z0-9.-]+\/)*[a-z0-9-]+(\.((long|apart)\.)?test|\.config|\.d)?\.m?ts$/.test(path),
    );
    expect(odd).toEqual([]);
  });

  test('that put something in the place of a module run apart, where nobody has loaded it before', () => {
    const mocking = modules.filter((path) => /\bvi\.(do)?[mM]ock\(/.test(readText(path)));
    expect(mocking.filter((path) => !path.endsWith('.apart.test.ts'))).toEqual([]);
  });

  test('are kept in folders named for what they hold', () => {
    expect(modules.filter((path) => /(^|\/)(utils?|common|helpers?|lib|misc)(\/|\.ts$)/.test(path))).toEqual([]);
  });

  test('name no package registry: whoever installs chooses it', () => {
    // put together here, so that this file does not name them either
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['pypi', 'org'],
      ['files', 'pythonhosted', 'org'],
      ['proxy', 'golang', 'org'],
      ['repo1', 'maven', 'org'],
      ['repo', 'maven', 'apache', 'org'],
      ['deb', 'debian', 'org'],
    ].map((parts) => parts.join('.'));
    const naming = files.filter(isText).flatMap((path) => {
      const text = readText(path);
      return hosts.filter((host) => text.includes(host)).map((host) => `${path}: ${host}`);
    });
    expect(naming).toEqual([]);
  });

  test('have no marks of unfinished work', () => {
    const mark = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|${['X', 'XX'].join('')})\\b`);
    expect(modules.filter((path) => mark.test(readText(path)))).toEqual([]);
  });
});
