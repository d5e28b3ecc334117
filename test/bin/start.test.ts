import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.ts';

const binFolder = fileURLToPath(new URL('../../bin', import.meta.url));

/** A checkout with one package in its lock file, an `npm` that notes its calls and installs, and a program to run. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dr-start-test-'));
  cpSync(binFolder, join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'path'));
  lock({ 'node_modules/one': { version: '1.0.0' }, 'node_modules/elsewhere': { version: '2.0.0', optional: true } });
  npm(`
    mkdir -p node_modules/.bin && ln -sf '${process.execPath}' node_modules/.bin/node
    echo '{"packages":{"node_modules/one":{"version":"1.0.0"}}}' > node_modules/.package-lock.json`);
  writeFileSync(join(root, 'program.ts'), 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;');
});
afterEach(() => rmSync(root, { recursive: true }));

const lock = (packages: object): void =>
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
const npm = (script: string): void => {
  writeFileSync(join(root, 'path/npm'), `#!/bin/sh\necho "$*" >> '${root}/npm-calls'\n${script}\n`);
  chmodSync(join(root, 'path/npm'), 0o755);
};
const npmCalls = (): readonly string[] =>
  existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [];

const launch = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(root, 'bin/start.mjs'), ...args], {
    env: { ...process.env, PATH: `${join(root, 'path')}${delimiter}/usr/bin${delimiter}/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const start = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const child = launch(...args);
  const said = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
};

test('on a fresh clone it installs, says so on standard error, and runs the program with its arguments and exit code', async () => {
  const first = await start('program.ts', 'a b', '--flag');
  expect(first).toEqual({
    code: 7,
    out: '["a b","--flag"]\n',
    err: expect.stringContaining('installing npm packages'),
  });
  expect(npmCalls()).toEqual([expect.stringMatching(/^install --no-save\b/)]);
});

test('when what is installed is what the lock file says it is quiet and installs nothing', async () => {
  await start('program.ts');
  expect(await start('program.ts')).toEqual({ code: 7, out: '[]\n', err: '' });
  expect(npmCalls()).toHaveLength(1);
});

test('when the lock file asks for another version it installs again', async () => {
  await start('program.ts');
  lock({ 'node_modules/one': { version: '1.0.1' } });
  const { code, err } = await start('program.ts');
  expect(npmCalls()).toHaveLength(2);
  expect(code).toBe(1);
  expect(err).toMatch('node_modules is not what package-lock.json says');
});

test('two that start at once install once', async () => {
  const [one, other] = await Promise.all([start('program.ts'), start('program.ts')]);
  expect([one?.code, other?.code]).toEqual([7, 7]);
  expect(npmCalls()).toHaveLength(1);
});

test('an install that fails ends it with what npm said', async () => {
  npm('echo "no such host" >&2; exit 4');
  const { code, err } = await start('program.ts');
  expect(code).toBe(1);
  expect(err).toMatch('no such host');
  expect(err).toMatch('npm install ended with exit code 4');
});

test('SIGTERM reaches the program, and its end is the end of all', async () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => { writeFileSync('${root}/heard', ''); process.exit(9); });
    writeFileSync('${root}/begun', '');
    setInterval(() => undefined, 1000);`;
  writeFileSync(join(root, 'program.ts'), program);
  const child = launch('program.ts');
  await until('the program runs', () => existsSync(join(root, 'begun')));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([9, null]);
  expect(existsSync(join(root, 'heard'))).toBe(true);
});

test('a suite that does not exist is refused with the ones that do', async () => {
  const { code, err } = await start('--tests', 'slow');
  expect(code).toBe(1);
  expect(err).toMatch('unknown test suite "slow"\nhint: the suites are fast and long');
});

test('dr can be started through a link from anywhere', async () => {
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src/cli.ts'), 'console.log(process.cwd(), process.argv[2]);');
  symlinkSync(join(root, 'bin/dr.mjs'), join(root, 'path/dr'));
  const child = spawn(process.execPath, [join(root, 'path/dr'), 'doctor'], {
    cwd: tmpdir(),
    env: { ...process.env, PATH: `${join(root, 'path')}${delimiter}/usr/bin${delimiter}/bin` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [chunk] = await once(child.stdout, 'data');
  expect(String(chunk)).toBe(`${tmpdir()} doctor\n`);
});
