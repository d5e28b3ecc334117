#!/usr/bin/env node
// node bin/start.mjs <file.ts> [args…]            runs a TypeScript file with the Node that comes as a package
// node bin/start.mjs --tests fast|long [args…]    runs a test suite; args go to vitest, for example a path
// Both install first what is missing. Plain JavaScript on Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, packagedNode } from './install.mjs';
import { nodeArgs, nodeEnv } from './node-options.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 3)) return;
  throw new Error(
    `Node ${process.versions.node} is too old to begin with: needed is 20.3 or newer\n` +
      'hint: install Node 24 LTS (nodejs.org, or your package manager)',
  );
};

const env = { ...nodeEnv(root), ...process.env };

/** Runs a file with the packaged Node and answers with its exit code; signals reach it. */
const runNode = (args, options = {}) =>
  new Promise((done, failed) => {
    const child = spawn(packagedNode(root), [...nodeArgs, ...args], { stdio: 'inherit', env, ...options });
    const pass = (signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the child itself: passing it on would be a second Ctrl-C.
    const onInterrupt = () => {
      if (!process.stdin.isTTY) pass('SIGINT');
    };
    process.on('SIGINT', onInterrupt).on('SIGTERM', pass).on('SIGHUP', pass);
    child.once('error', failed);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', pass).off('SIGHUP', pass);
      done(signal === null ? code : 128 + constants.signals[signal]);
    });
  });

const runTests = async (suite, args) => {
  if (suite !== 'fast' && suite !== 'long') {
    throw new Error(`unknown test suite "${suite ?? ''}"\nhint: the suites are fast and long`);
  }
  if (args.length === 0) {
    const code = await runNode([join(root, 'test', 'support', 'fetch-components.ts')]);
    if (code !== 0) return code;
  }
  const ofSuite = suite === 'fast' ? ['--project=fast', '--project=apart'] : ['--project=long'];
  const project = args.some((arg) => arg.startsWith('--project')) ? [] : ofSuite;
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return runNode([vitest, 'run', ...project, ...args], { cwd: root });
};

const main = async ([first, ...rest]) => {
  checkNode();
  if (first === undefined) throw new Error('nothing to run\nhint: node bin/start.mjs <file.ts> [args…]');
  await ensureInstalled(root);
  return first === '--tests' ? runTests(rest[0], rest.slice(1)) : runNode([resolve(root, first), ...rest]);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
