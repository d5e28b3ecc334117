import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { memoryServer } from '../../src/memory/server.ts';
import { freshFolder, type Ran } from './dr.ts';

interface InProcess {
  /** What is typed. */
  stdin?: string;
  signal?: AbortSignal;
  /** Whether somebody sits at a terminal. */
  isTTY?: boolean;
}

/** The command line in this process, where memory stores live. */
export const inProcess = async (
  args: readonly string[],
  { stdin = '', signal = new AbortController().signal, isTTY = false }: InProcess = {},
): Promise<Ran> => {
  const streams = {
    in: new PassThrough(),
    out: new PassThrough(),
    err: Object.assign(new PassThrough(), { isTTY, columns: 200 }),
  };
  const written = Promise.all([text(streams.out), text(streams.err)]);
  streams.in.end(stdin);
  const code = await main(args, streams, signal);
  streams.out.end();
  streams.err.end();
  const [out, err] = await written;
  return { code, out, err, json: () => JSON.parse(out) };
};

export const rows = {
  orders: Array.from({ length: 40 }, (_, id) => ({ id, says: `order ${id}` })),
  items: [{ id: 1 }, { id: 2 }],
  'a "b" |c': [],
};

/** An estate of one memory target, and the connection strings of its places. */
export type MemoryEstate = Awaited<ReturnType<typeof memoryEstate>>;

type OnEnd = (end: () => unknown) => void;

export const memoryEstate = async (
  more = '',
  objective = '{ rto: 4h, rpo: 1h }',
  onEnd: OnEnd = (end) => onTestFinished(async () => void (await end())),
) => {
  /** Variables of this process: one name each, so that tests do not meet. */
  const variable = (name: string, value: string): string => {
    const unique = `${name}_${randomUUID().replaceAll('-', '')}`;
    process.env[unique] = value;
    onEnd(() => {
      delete process.env[unique];
    });
    return `env:${unique}`;
  };
  const folder = await freshFolder();
  onEnd(() => folder[Symbol.asyncDispose]());
  await mkdir(join(folder.path, 'vault'));
  const name = randomUUID();
  const [primary, server, empty] = ['primary', 'server', 'empty'].map((role) => `memory://${role}-${name}`) as [
    string,
    string,
    string,
  ];
  for (const url of [primary, server, empty]) memoryServer.create(url);
  for (const [object, content] of Object.entries(rows)) memoryServer.put(primary, object, content);
  const serverRef = variable('SERVER', server);
  const path = await folder.write(
    'estate.yaml',
    `name: shop
vault: { kind: folder, path: ./vault, key: ${variable('KEY', '11'.repeat(32))} }
targets:
  orders-db:
    kind: memory
    objective: ${objective}
    primary: ${variable('PRIMARY', primary)}
    besideServer: ${serverRef}
    scratchServer: ${serverRef}
${more}`,
  );
  return {
    folder,
    path,
    primary,
    empty: { ref: variable('EMPTY', empty), url: empty },
    dr: (args: readonly string[], options?: InProcess) => inProcess([...args, '--json', '--estate', path], options),
  };
};
