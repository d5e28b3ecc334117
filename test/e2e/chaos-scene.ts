import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { Secret } from 'otpauth';
import { stringify } from 'yaml';
import { openWorld } from '../../activities/open-world.ts';
import type { World } from '../../activities/world.ts';
import { readEstate } from '../../src/estate/read-estate.ts';
import { type Json, memoryServer } from '../../src/memory/server.ts';
import { codeFor } from '../support/in-process-worker.ts';
import { freshNamespace } from '../support/servers.ts';

/** What every target holds, whoever serves it. */
export const content: Readonly<Record<string, readonly Json[]>> = {
  orders: Array.from({ length: 120 }, (_, id) => ({ id, says: `order ${id}` })),
  customers: Array.from({ length: 9 }, (_, id) => ({ id })),
  empty: [],
};

export interface ChaosScene extends AsyncDisposable {
  world: World;
  client: Client;
  server: { address: string; namespace: string };
  targets: readonly string[];
  /** Where the target's env file leads its users. */
  servedUrl(target: string): Promise<string>;
  /** A person who has answered nothing so far, with a code that is good now. */
  nextPerson(): { person: string; code: string };
}

/** Memory targets with an env file each, a vault in a folder, and enough people to answer every gate. */
export const openChaosScene = async (lanes: number, crowd: number): Promise<ChaosScene> => {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'dr-chaos-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'vault'));
  const keep = async (name: string, value: string): Promise<string> => {
    await writeFile(join(folder, name), value, { mode: 0o600 });
    return `file:./${name}`;
  };
  const unique = folder.slice(-6);
  const server = `memory://chaos-${unique}`;
  memoryServer.create(server);
  const targets = Array.from({ length: lanes }, (_, at) => `store-${at}`);
  const urls = new Map(targets.map((id) => [id, `memory://${id}-${unique}`]));
  for (const [id, url] of urls) {
    memoryServer.create(url);
    for (const [object, rows] of Object.entries(content)) memoryServer.put(url, object, rows);
    await writeFile(join(folder, `${id}.env`), `PORT=80\nDATABASE_URL=${url}\n`, { mode: 0o600 });
  }
  const secrets = Array.from({ length: crowd }, () => new Secret({ size: 20 }).base32);
  const people = await Promise.all(secrets.map((secret, at) => keep(`person-${at}`, secret)));
  const serverRef = await keep('server', server);
  const estate = {
    name: 'chaos',
    vault: { kind: 'folder', path: './vault', key: await keep('vault-key', '5a'.repeat(32)) },
    people: Object.fromEntries(people.map((code, at) => [`p${at}`, { name: `Person ${at}`, code }])),
    targets: Object.fromEntries(
      await Promise.all(
        targets.map(async (id) => [
          id,
          {
            kind: 'memory',
            objective: { rto: '10m', rpo: '10m' },
            primary: await keep(`${id}-url`, urls.get(id)!),
            besideServer: serverRef,
            scratchServer: serverRef,
            switches: [{ kind: 'env-file', path: `./${id}.env`, key: 'DATABASE_URL' }],
          },
        ]),
      ),
    ),
  };
  await writeFile(join(folder, 'estate.yaml'), stringify(estate));
  const world = await openWorld(await readEstate(join(folder, 'estate.yaml')));
  const temporal = await freshNamespace('chaos');
  const connection = await Connection.connect({ address: temporal.address });
  undo.defer(() => connection.close());
  let next = 0;
  const kept = undo.move();
  return {
    world,
    client: new Client({ connection, namespace: temporal.namespace }),
    server: temporal,
    targets,
    servedUrl: async (id) => parseEnv(await readFile(join(folder, `${id}.env`), 'utf8')).DATABASE_URL ?? '',
    nextPerson: () => {
      const at = next++ % secrets.length;
      return { person: `p${at}`, code: codeFor(secrets[at]!) };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};
