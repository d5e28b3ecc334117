import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeError } from '../../src/domain/errors.ts';
import { resolveSecret } from '../../src/estate/secrets.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dr-secrets-'));
  await writeFile(join(folder, 'key'), 's3cret\n', { mode: 0o600 });
  await writeFile(join(folder, 'empty'), '\n', { mode: 0o600 });
  await writeFile(join(folder, 'huge'), 'x'.repeat(65_537), { mode: 0o600 });
  await mkdir(join(folder, 'folder'));
});
afterAll(() => rm(folder, { recursive: true }));

const silent = (): void => undefined;

describe('a secret', () => {
  test('comes from a variable, or from a file without the line break at its end', async () => {
    vi.stubEnv('DR_TEST_SECRET', 'from the environment');
    expect(await resolveSecret('env:DR_TEST_SECRET', folder)).toBe('from the environment');
    expect(await resolveSecret(`file:${join(folder, 'key')}`, '/')).toBe('s3cret');
    await writeFile(join(folder, 'crlf'), ' two words \r\n', { mode: 0o600 });
    expect(await resolveSecret('file:crlf', folder)).toBe(' two words ');
  });

  test('in a relative file is looked for beside the estate file', async () => {
    expect(await resolveSecret('file:./key', folder)).toBe('s3cret');
  });

  test('that is not there is an error that names where it was looked for, and what to do', async () => {
    const refs: [ref: string, message: string][] = [
      ['env:DR_TEST_NONE', 'secret env:DR_TEST_NONE is not set'],
      ['file:./none', 'secret file:./none names a file that does not exist'],
      ['file:./folder', 'secret file:./folder names a folder'],
      ['file:./empty', 'secret file:./empty is empty'],
      ['file:./huge', 'secret file:./huge names a file that is too large for a secret'],
    ];
    for (const [ref, message] of refs) {
      await expect(resolveSecret(ref, folder, silent)).rejects.toMatchObject({
        kind: 'missing',
        message,
        hint: expect.stringMatching(/\w+ \w+/),
      });
    }
  });

  test('that is written where its reference belongs is refused and not repeated', async () => {
    const error = await resolveSecret('postgres://shop:hunter2@db/orders', folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'bad-input' });
    expect(describeError(error)).not.toContain('hunter2');
  });

  test('that others may read is warned about by reference, and still resolved', async () => {
    const said: string[] = [];
    for (const mode of [0o640, 0o604, 0o600]) {
      await chmod(join(folder, 'key'), mode);
      expect(await resolveSecret('file:./key', folder, (says) => said.push(says))).toBe('s3cret');
    }
    expect(said).toEqual(
      Array(2).fill(`secret file:./key may be read by others; run: chmod 600 ${join(folder, 'key')}`),
    );
  });

  test('that nobody is told about becomes a warning of the process', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(silent);
    await chmod(join(folder, 'key'), 0o644);
    await resolveSecret('file:./key', folder);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('chmod 600'));
    warned.mockRestore();
  });
});
