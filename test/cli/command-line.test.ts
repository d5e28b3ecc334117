import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { dr, type Folder, freshFolder } from './dr.ts';

const names = commands.map(({ usage }) => usage.split(' ')[0]!);

describe('the command line', () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = await freshFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it('helps at once: it loads nothing of what the commands need', async () => {
    const coverage = join(folder.path, 'loaded');
    const { code, out } = await dr(['--help'], { cwd: folder.path, env: { NODE_V8_COVERAGE: coverage } });
    expect(code).toBe(0);
    for (const name of names) expect(out).toContain(`\n  ${name} `);
    const files = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), 'utf8')));
    const loaded = files.join('\n');
    expect(loaded).toContain('src/cli/program.ts');
    expect(loaded).not.toMatch(/@temporalio|@aws-sdk|node_modules\/(pg|zod|yaml)\/|src\/(stores|vault|estate)\//);
  });

  it('has what is built and nothing that is not', () => {
    expect(names.sort()).toEqual(
      [
        ...['snapshot', 'sets', 'verify', 'fingerprint', 'restore', 'check', 'doctor', 'up', 'down'],
        ...['export', 'import', 'peek', 'diff'],
        ...['run', 'drill', 'plan', 'status', 'report'],
        ...['approve', 'deny', 'hold', 'resume', 'retry', 'skip', 'abort', 'note'],
      ].sort(),
    );
  });

  it('is documented, every command and every option', async () => {
    const docs = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    for (const { usage, options = [] } of commands) {
      expect(docs).toContain(`\`dr ${usage}\``);
      for (const [flags] of options) expect(docs, flags).toContain(flags.split(' ')[0]);
    }
  });

  it('answers a mistyped command, option or a missing argument with what is near, as bad input', async () => {
    const [command, option, argument, none, excess] = await Promise.all([
      dr(['snapsht', 'orders-db'], { cwd: folder.path }),
      dr(['verify', 'x', '--jsn'], { cwd: folder.path }),
      dr(['verify', '--json'], { cwd: folder.path }),
      dr([], { cwd: folder.path }),
      dr(['down', 'now', '--json'], { cwd: folder.path }),
    ]);
    expect([command.code, option.code, argument.code, none.code, excess.code]).toEqual([2, 2, 2, 2, 2]);
    expect(command.err).toBe("unknown command 'snapsht'\nhint: did you mean snapshot?\n");
    expect(option.err).toContain('did you mean --json?');
    expect(argument.json()).toMatchObject({
      exit: 2,
      error: { kind: 'bad-input', message: "missing required argument 'set'" },
    });
    expect(none.err).toContain('hint: dr --help');
    expect(excess.json()).toMatchObject({ exit: 2 });
    expect(command.out + option.out + none.out).toBe('');
  });
});
