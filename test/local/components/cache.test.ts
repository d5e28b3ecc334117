import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheDir } from '../../../src/local/components/cache.ts';
import { until } from '../../support/until.ts';
import { withEnv } from '../../support/with-env.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dr-cache-test-'));
  chmodSync(home, 0o755);
});
afterEach(() => rmSync(home, { recursive: true }));

const cacheModule = new URL('../../../src/local/components/cache.ts', import.meta.url).href;

/** Another process that installs `thing`; each build appends a line to `builds` and takes `ms`. */
const installer = (ms: number): ChildProcess => {
  const code = `
    import { appendFileSync, writeFileSync } from 'node:fs';
    import { setTimeout as pause } from 'node:timers/promises';
    import { install } from '${cacheModule}';
    process.umask(0o077);
    await install('thing', async (folder) => {
      appendFileSync('${home}/builds', 'built\\n');
      writeFileSync(folder + '/half', '');
      await pause(${ms});
      writeFileSync(folder + '/whole', '');
    }, () => undefined);`;
  return spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, XDG_CACHE_HOME: join(home, 'made') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
const ended = async (child: ChildProcess): Promise<number | null> => (await once(child, 'exit'))[0];

test('of two processes that install the same, one builds and the other uses it', async () => {
  const codes = await Promise.all([installer(600), installer(600)].map(ended));
  expect(codes).toEqual([0, 0]);
  expect(readFileSync(join(home, 'builds'), 'utf8')).toBe('built\n');
  expect(readdirSync(join(home, 'made/dr-runbooks'))).toEqual(['thing']);
});

test('what is installed can be read by the user that servers run as, whatever the umask', async () => {
  await ended(installer(0));
  if (process.getuid?.() === 0) expect(statSync(join(home, 'made/dr-runbooks')).mode & 0o755).toBe(0o755);
  expect(statSync(join(home, 'made/dr-runbooks/thing')).mode & 0o755).toBe(0o755);
  expect(statSync(join(home, 'made/dr-runbooks/thing/whole')).mode & 0o444).toBe(0o444);
});

test('a killed build leaves nothing that looks installed, and the next one does it again', async () => {
  const first = installer(60_000);
  await until('the build has begun', () => existsSync(join(home, 'builds')));
  first.kill('SIGKILL');
  await until('the keeper has cleaned up', () => readdirSync(join(home, 'made/dr-runbooks')).length === 0);
  await ended(installer(0));
  expect(readdirSync(join(home, 'made/dr-runbooks/thing'))).toEqual(['half', 'whole']);
});

test('root keeps components where the user of its servers can reach them', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'needs to run as root');
  chmodSync(home, 0o700);
  expect(await withEnv({ XDG_CACHE_HOME: home }, async () => cacheDir())).toBe('/var/cache/dr-runbooks');
  chmodSync(home, 0o755);
  expect(await withEnv({ XDG_CACHE_HOME: home }, async () => cacheDir())).toBe(join(home, 'dr-runbooks'));
});
