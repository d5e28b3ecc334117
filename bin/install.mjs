// Keeps node_modules in step with package-lock.json. Plain JavaScript on Node 20 with nothing installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const say = (line) => process.stderr.write(`${line}\n`);

/** The Node of the right version that comes as a package. */
export const packagedNode = (root) => join(root, 'node_modules', '.bin', 'node');

/**
 * Installs when what is installed is not what the lock file says; says nothing when it is. Two processes at once: one
 * installs, the other waits. npm writes its record of what is installed last, so a killed install is done again.
 */
export const ensureInstalled = async (root) => {
  if (isInstalled(root)) return;
  const unlock = await takeLock(root);
  try {
    if (isInstalled(root)) return;
    say('installing npm packages, Node 24 among them');
    await npmInstall(root);
    if (!isInstalled(root)) {
      throw new Error(
        `npm install ended well, but node_modules is not what package-lock.json says, or ${packagedNode(root)} does not exist\n` +
          'hint: the package "node" needs its install script: npm config get ignore-scripts must say false',
      );
    }
  } finally {
    unlock();
  }
};

const isInstalled = (root) => {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(packagedNode(root))) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && installed[path] === undefined),
  );
};

/**
 * Not `npm ci`: npm 11 refuses a lock file without the packages of other systems that a partial registry mirror does not
 * have. That the result is what the lock file says is checked afterwards. `npm` is that of PATH without node_modules/.bin:
 * the Node in there is replaced by the very install.
 */
const npmInstall = async (root) => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const PATH = folders.filter((folder) => !folder.endsWith(join('node_modules', '.bin'))).join(delimiter);
  const child = spawn('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ['ignore', 2, 2],
  });
  const beganAt = performance.now();
  const timer = setInterval(
    () => say(`waiting for npm install (${Math.round((performance.now() - beganAt) / 1000)} s)`),
    10_000,
  );
  try {
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) throw new Error(`npm install ended with ${signal ?? `exit code ${code}`}`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(
      'npm is not on PATH\nhint: it comes with Node: install Node 24 LTS (nodejs.org, or your package manager)',
    );
  } finally {
    clearInterval(timer);
  }
};

const staleMs = 20_000;

const takeLock = async (root) => {
  const lock = join(root, '.dr', 'install.lock');
  mkdirSync(join(root, '.dr'), { recursive: true });
  let hasSaid = false;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!hasSaid) say('waiting for another process that installs npm packages');
    hasSaid = true;
    const touchedAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - touchedAt > staleMs) rmSync(lock, { recursive: true, force: true });
    await pause(300);
  }
  const timer = setInterval(() => utimesSync(lock, new Date(), new Date()), 2_000);
  return () => {
    clearInterval(timer);
    rmSync(lock, { recursive: true, force: true });
  };
};
