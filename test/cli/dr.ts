import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { nodeArgs, nodeEnv } from '../../bin/node-options.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(root, 'src', 'cli.ts');

export interface Ran {
  code: number | null;
  out: string;
  err: string;
  /** Standard output as the one JSON document it has to be. */
  json: () => Record<string, unknown>;
}

export interface Start {
  cwd: string;
  env?: Record<string, string>;
  /** What is typed; without it the input is at its end. */
  stdin?: string;
}

/** Starts the real command line in a process of its own, as `bin/dr.mjs` does. */
export const startDr = (args: readonly string[], { cwd, env = {} }: Start) =>
  spawn(process.execPath, [...nodeArgs, cli, ...args], {
    cwd,
    env: { ...nodeEnv(root), PATH: process.env.PATH, HOME: cwd, TMPDIR: process.env.TMPDIR ?? tmpdir(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

/** Runs it to its end. */
export const dr = async (args: readonly string[], start: Start): Promise<Ran> => {
  const child = startDr(args, start);
  child.stdin.on('error', () => {});
  child.stdin.end(start.stdin ?? '');
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err, json: () => JSON.parse(out) };
};

export interface Folder extends AsyncDisposable {
  path: string;
  write(name: string, body: string): Promise<string>;
}

export const freshFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'dr-cli-'));
  return {
    path,
    write: async (name, body) => {
      await writeFile(join(path, name), body, { mode: 0o600 });
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
};

/** An estate with a vault in a folder and one PostgreSQL target whose places come from the environment. */
export const estateYaml = (more = ''): string => `name: shop
vault:
  kind: folder
  path: ./vault
  key: env:VAULT_KEY
people:
  ada: { name: Ada, code: env:ADA_CODE }
  grace: { name: Grace, code: env:GRACE_CODE }
targets:
  orders-db:
    kind: postgres
    objective: { rto: 4h, rpo: 1h }
    primary: env:ORDERS_URL
    besideServer: env:SERVER_URL
    scratchServer: env:SERVER_URL
${more}`;

export const vaultKey = '11'.repeat(32);
