import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dr, estateYaml, type Folder, freshFolder, type Ran, vaultKey } from './dr.ts';
import { inProcess } from './in-process.ts';

const secret = 'hunter2-of-the-shop';

/** What is typed, how it ends, and what has to be said. Nothing here reaches a store or Temporal. */
const table: readonly {
  says: string;
  args: readonly string[];
  code: number;
  kind: string;
  expected: readonly string[];
}[] = [
  {
    says: 'an unknown target',
    args: ['snapshot', 'order-db'],
    code: 2,
    kind: 'unknown-name',
    expected: ['no target "order-db"', 'did you mean "orders-db"?', 'legal: orders-db'],
  },
  {
    says: 'an unknown target of sets',
    args: ['sets', 'x'],
    code: 2,
    kind: 'unknown-name',
    expected: ['legal: orders-db'],
  },
  {
    says: 'an unknown target of a fingerprint',
    args: ['fingerprint', 'x'],
    code: 2,
    kind: 'unknown-name',
    expected: ['legal: orders-db'],
  },
  {
    says: 'an unknown target of a run',
    args: ['run', 'restoreStore', '--target', 'order-db'],
    code: 2,
    kind: 'unknown-name',
    expected: ['did you mean "orders-db"?', 'legal: orders-db'],
  },
  {
    says: 'an unknown runbook',
    args: ['run', 'restoreStor', '--target', 'orders-db'],
    code: 2,
    kind: 'unknown-name',
    expected: ['no runbook "restoreStor"', 'did you mean "restoreStore"?', 'backupEstate'],
  },
  {
    says: 'an unknown mode',
    args: ['run', 'restoreStore', '--target', 'orders-db', '--mode', 'life'],
    code: 2,
    kind: 'bad-input',
    expected: ['expected one of plan, drill, live', 'did you mean "live"?'],
  },
  {
    says: 'a time that is none',
    args: ['plan', 'restoreStore', '--target', 'orders-db', '--at', 'yesterday'],
    code: 2,
    kind: 'bad-input',
    expected: ['expected a time like'],
  },
  {
    says: 'an unknown set',
    args: ['verify', '20260131T020000Z-3f9a1c'],
    code: 2,
    kind: 'unknown-name',
    expected: ['no set "20260131T020000Z-3f9a1c"', 'dr snapshot'],
  },
  {
    says: 'the newest set of a target that has none',
    args: ['restore', 'orders-db/latest', '--to', 'beside', '--yes'],
    code: 2,
    kind: 'unknown-name',
    expected: ['orders-db has no set'],
  },
  {
    says: 'a restore to nowhere',
    args: ['restore', 'orders-db/latest'],
    code: 2,
    kind: 'bad-input',
    expected: ['--to is missing'],
  },
  {
    says: 'an estate file that is not there',
    args: ['sets', '--estate', 'nowhere.yaml'],
    code: 2,
    kind: 'bad-input',
    expected: ['cannot read the estate file nowhere.yaml', 'estate.example.yaml'],
  },
  {
    says: 'an estate file that is not YAML',
    args: ['sets', '--estate', 'torn.yaml'],
    code: 2,
    kind: 'bad-input',
    expected: ['torn.yaml:3'],
  },
  {
    says: 'a password in the estate file',
    args: ['sets', '--estate', 'literal.yaml'],
    code: 2,
    kind: 'bad-input',
    expected: ['literal.yaml:13', 'env:NAME'],
  },
  {
    says: 'a vault key that is not set',
    args: ['sets', '--estate', 'no-key.yaml'],
    code: 1,
    kind: 'missing',
    expected: ['secret env:NO_SUCH_KEY is not set'],
  },
  {
    says: 'the report of a run that there is none of',
    args: ['report', 'restoreStore/orders-db/INC-1'],
    code: 1,
    kind: 'missing',
    expected: ['keeps no report of run restoreStore/orders-db/INC-1', 'dr status'],
  },
  {
    says: 'no Temporal server',
    args: ['status', 'restoreStore/orders-db/INC-1'],
    code: 1,
    kind: 'unreachable',
    expected: ['no Temporal server answers at 127.0.0.1:1', 'dr up'],
  },
];

describe('bad input', () => {
  let folder: Folder;
  const env = {
    VAULT_KEY: vaultKey,
    ORDERS_URL: `postgres://shop:${secret}@127.0.0.1:1/shop`,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  beforeAll(async () => {
    folder = await freshFolder();
    await folder.write('estate.yaml', estateYaml());
    await folder.write('torn.yaml', 'name: shop\n  vault: [\n');
    await folder.write('literal.yaml', estateYaml().replace('env:ORDERS_URL', env.ORDERS_URL));
    await folder.write('no-key.yaml', estateYaml().replace('env:VAULT_KEY', 'env:NO_SUCH_KEY'));
    await mkdir(`${folder.path}/vault`);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  /** The first three in a process of their own, as people start it; the rest in this one, which is faster. */
  const run = async (args: readonly string[], at: number): Promise<Ran> => {
    if (at < 3) return dr(args, { cwd: folder.path, env });
    const here = process.cwd();
    process.chdir(folder.path);
    Object.assign(process.env, env);
    return inProcess(args).finally(() => process.chdir(here));
  };

  it.for(table.map((row, at) => ({ ...row, at })))('is refused with what to do: $says', async (row) => {
    const { args, code, kind, expected, at } = row;
    const ran = await run([...args, '--json'], at);
    const { error, exit } = ran.json() as { error: { kind: string; message: string; hint: string }; exit: number };
    expect({ kind: error.kind, code: ran.code, exit }).toEqual({ kind, code, exit: code });
    for (const text of expected) expect(`${error.message}\n${error.hint}`).toContain(text);
    expect(ran.err).toContain(`${error.message}\nhint: ${error.hint}\n`);
    expect(ran.out + ran.err).not.toContain(secret);
  });

  it('refuses a vault opened with another key', async () => {
    expect((await dr(['sets', '--json'], { cwd: folder.path, env })).json()).toMatchObject({ sets: [] });
    const wrong = await dr(['sets', '--json'], { cwd: folder.path, env: { ...env, VAULT_KEY: '22'.repeat(32) } });
    expect(wrong.code).toBe(1);
    expect(wrong.json()).toMatchObject({ error: { kind: 'wrong-key' } });
  });
});
