import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { envFile } from '../../src/switches/env-file.ts';

const old = 'postgres://app:0ld-s3cret@one/orders';
const next = 'postgres://app:n3w-s3cret@two/orders';
const third = 'postgres://app:th1rd-s3cret@three/orders';
const module = new URL('../../src/switches/env-file.ts', import.meta.url).href;

const fileWith = async (text: string | Uint8Array = `# shop\nPORT=80\nDATABASE_URL=${old}\nLAST=1\n`) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dr-env-file-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'shop.env');
  await writeFile(path, text);
  const read = () => readFile(path, 'utf8');
  return { folder, path, read, one: envFile({ path: './shop.env', key: 'DATABASE_URL' }, folder) };
};

/** The error of a call that has to fail, and that must not show a value. */
const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught as { kind: string; message: string; hint: string },
  );
  expect(`${error?.message} ${error?.hint}`).not.toMatch(/s3cret/);
  expect(error?.message).toContain('DATABASE_URL in ./shop.env');
  return error;
};

/** Another process that sets the switch; `before` runs in it first. */
const setter = (path: string, from: string, to: string, before = '') =>
  spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `${before}
    const { envFile } = await import(${JSON.stringify(module)});
    await envFile({ path: ${JSON.stringify(path)}, key: 'DATABASE_URL' }).set(${JSON.stringify(from)}, ${JSON.stringify(to)})
      .catch((error) => { process.exitCode = error.kind === 'refused' ? 3 : 1; });`,
  ]);

test('it says what it switches, and reads what users reach', async () => {
  const { one } = await fileWith();
  expect(one.says).toBe('DATABASE_URL in ./shop.env');
  expect(await one.leadsTo(old)).toBe(true);
});

test('Y16: it points users to the next place, again without a change, and back', async () => {
  const { one, path, read, folder } = await fileWith();
  const before = await read();
  await one.set(old, next);
  expect(await read()).toBe(before.replace(old, next));
  const { ino } = await stat(path);
  await one.set(old, next);
  expect((await stat(path)).ino).toBe(ino);
  await one.set(next, old);
  expect(await read()).toBe(before);
  expect(await readdir(folder)).toEqual(['shop.env']);
});

test('another value than expected is refused and nothing changes', async () => {
  const { one, read } = await fileWith();
  const before = await read();
  expect(await failureOf(one.set(third, next))).toMatchObject({
    kind: 'refused',
    hint: expect.stringMatching(/abort/),
  });
  expect(await read()).toBe(before);
});

test('a file without the key says which line to add, and leads nowhere', async () => {
  const { one, read } = await fileWith('PORT=80\n# DATABASE_URL=x\n');
  expect(await one.leadsTo(old)).toBe(false);
  expect(await failureOf(one.set(old, next))).toMatchObject({
    kind: 'refused',
    hint: expect.stringContaining('add a line DATABASE_URL='),
  });
  expect(await read()).toBe('PORT=80\n# DATABASE_URL=x\n');
  const { one: blank } = await fileWith('DATABASE_URL=\n');
  expect(await blank.leadsTo(old)).toBe(false);
});

test('a file that is not there, is a folder, or is no text says so', async () => {
  const { one, path } = await fileWith(new Uint8Array([0x41, 0x3d, 0xff, 0xfe, 0x0a]));
  expect(await failureOf(one.set(old, next))).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/UTF-8/),
  });
  await rm(path);
  expect(await failureOf(one.leadsTo(old))).toMatchObject({
    kind: 'missing',
    hint: expect.stringMatching(/create the file/),
  });
  expect(await failureOf(one.set(old, next))).toMatchObject({ kind: 'missing' });
  await mkdir(path);
  expect(await failureOf(one.leadsTo(old))).toMatchObject({ kind: 'bad-input' });
});

test('a value that no line can hold is bad input and nothing changes', async () => {
  const { one, read } = await fileWith();
  const before = await read();
  expect(await failureOf(one.set(old, 'two\nlines of s3cret'))).toMatchObject({
    kind: 'bad-input',
    hint: expect.stringMatching(/percent-encode/),
  });
  expect(await read()).toBe(before);
});

test('the mode stays, and a link stays a link', async () => {
  const { path, folder, read } = await fileWith();
  await chmod(path, 0o640);
  await symlink(path, join(folder, 'link.env'));
  await envFile({ path: 'link.env', key: 'DATABASE_URL' }, folder).set(old, next);
  expect(await read()).toContain(next);
  expect((await stat(path)).mode & 0o7777).toBe(0o640);
  expect((await readdir(folder, { withFileTypes: true })).find((entry) => entry.isSymbolicLink())?.name).toBe(
    'link.env',
  );
});

test.runIf(process.getuid?.() === 0)('the owner stays, or nothing changes', async () => {
  const { one, path, folder, read } = await fileWith();
  await chown(path, 4321, 4321);
  await one.set(old, next);
  expect(await stat(path)).toMatchObject({ uid: 4321, gid: 4321 });

  await chmod(folder, 0o777);
  const before = await read();
  process.seteuid!(1234);
  try {
    expect(await failureOf(one.set(next, old))).toMatchObject({ kind: 'no-permission' });
  } finally {
    process.seteuid!(0);
  }
  expect(await read()).toBe(before);
  expect(await readdir(folder)).toEqual(['shop.env']);
});

test('of setters in one process one wins, and the others are refused', async () => {
  const { one, read } = await fileWith();
  const wanted = Array.from({ length: 6 }, (_, n) => `postgres://place-${n}/orders`);
  const answers = await Promise.allSettled(wanted.map((place) => one.set(old, place)));
  const winners = wanted.filter((_, n) => answers[n]!.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  expect(await one.leadsTo(winners[0]!)).toBe(true);
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ kind: 'refused' });
  }
  expect(await read()).toMatch(/^# shop\nPORT=80\n.*\nLAST=1\n$/);
});

test('of setters in two processes one wins, and the other is refused', async () => {
  const { one, path } = await fileWith();
  const codes = await Promise.all(
    [next, third].map(async (to) => (await once(setter(path, old, to), 'exit'))[0] as number),
  );
  expect(codes.toSorted()).toEqual([0, 3]);
  expect(await one.leadsTo(codes[0] === 0 ? next : third)).toBe(true);
});

test('killed between the write and the rename it leaves the old file, and the next setter goes on', async () => {
  const { one, path, folder, read } = await fileWith();
  const before = await read();
  const killed = setter(
    path,
    old,
    next,
    `import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    fs.rename = async () => process.kill(process.pid, 'SIGKILL');
    syncBuiltinESMExports();`,
  );
  expect((await once(killed, 'exit'))[1]).toBe('SIGKILL');
  expect(await read()).toBe(before);
  const left = (await readdir(folder)).filter((name) => name !== 'shop.env');
  expect(left.sort()).toEqual(['shop.env.dr-lock', 'shop.env.dr-new']);
  expect(await readFile(join(folder, 'shop.env.dr-new'), 'utf8')).toBe(before.replace(old, next));

  await one.set(old, third);
  expect(await one.leadsTo(third)).toBe(true);
  expect(await readdir(folder)).toEqual(['shop.env']);
});

test('what an interrupted setter left is never readable to others, even while it is written', async () => {
  const { one, path, folder } = await fileWith();
  await chmod(path, 0o600);
  await writeFile(join(folder, 'shop.env.dr-new'), 'left over', { mode: 0o666 });
  await one.set(old, next);
  expect((await stat(path)).mode & 0o7777).toBe(0o600);
});

test('a disk without space leaves the old file whole, and nothing beside it', async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip('needs root to mount a small file system');
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dr-env-full-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return skip('may not mount a small file system here');
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  const path = join(folder, 'shop.env');
  const before = `DATABASE_URL=${old}\n# ${'x'.repeat(30_000)}\n`;
  await writeFile(path, before);
  const filler = join(folder, 'filler');
  await writeFile(filler, 'x'.repeat(16_000));
  const one = envFile({ path: './shop.env', key: 'DATABASE_URL' }, folder);
  expect(await failureOf(one.set(old, next))).toMatchObject({ kind: 'no-space' });
  expect(await readFile(path, 'utf8')).toBe(before);
  expect((await readdir(folder)).sort()).toEqual(['filler', 'shop.env']);

  await rm(filler);
  await one.set(old, next);
  expect(await one.leadsTo(next)).toBe(true);
});
