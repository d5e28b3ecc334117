import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SetId, TargetId } from '../../src/domain/words.ts';
import type { VaultKey } from '../../src/vault/data-key.ts';
import { folderBackend } from '../../src/vault/folder-backend.ts';
import type { Backend, SetReader, SetWriter, Vault } from '../../src/vault/port.ts';
import { openVault } from '../../src/vault/vault.ts';

export interface VaultUnderTest extends AsyncDisposable {
  root: string;
  backend: Backend;
  key: VaultKey;
  vault: Vault;
  /** Another process's view: nothing cached. */
  reopen(key?: VaultKey): Promise<Vault>;
}

/** A vault in a folder of its own. `around` puts something between the vault and the folder. */
export const newVault = async (around: (backend: Backend) => Backend = (same) => same): Promise<VaultUnderTest> => {
  const root = mkdtempSync(join(tmpdir(), 'dr-vault-'));
  const backend = around(folderBackend(root));
  const key = { name: '2026-01', bytes: randomBytes(32) };
  return {
    root,
    backend,
    key,
    vault: await openVault(backend, key),
    reopen: (other = key) => openVault(around(folderBackend(root)), other),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 20 }),
  };
};

export const quiet = (): { signal: AbortSignal; parallel: number } => ({
  signal: new AbortController().signal,
  parallel: 4,
});

let count = 0;
/** A new id, a minute after the one before. */
export const nextSet = (): SetId => {
  count += 1;
  const at = new Date(Date.UTC(2026, 0, 31, 2, count)).toISOString();
  return `${at.slice(0, 19).replace(/[-:]/g, '')}Z-${randomBytes(3).toString('hex')}`;
};

export async function* of(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

export const bytesOf = async (data: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of data) parts.push(part);
  return Buffer.concat(parts);
};

type Facts = Parameters<SetWriter['publish']>[0];

export const publish = (writer: SetWriter, facts: Partial<Facts> = {}): Promise<SetReader> =>
  writer.publish({
    kind: 'memory',
    consistency: { kind: 'point-in-time', at: '2026-01-31T02:00:00.000Z' },
    place: { mark: 'a-mark', epoch: 1 },
    fingerprint: { algorithm: 'test 1', objects: { t: { rows: 1, sum: '7' } } },
    meta: { made: 'here' },
    leftOut: [],
    versions: { server: '1' },
    startedAt: '2026-01-31T02:00:00.000Z',
    by: 'a-run',
    ...facts,
  });

/** Writes and publishes a set of these streams. */
export const takeSet = async (
  vault: Vault,
  streams: Readonly<Record<string, Uint8Array>>,
  { target = 'orders-db' as TargetId, set = nextSet() } = {},
): Promise<SetReader> => {
  const writer = await vault.write(target, set, quiet());
  for (const [name, bytes] of Object.entries(streams)) await writer.write(name, of(bytes));
  return publish(writer);
};

/** Compressible, and no two blocks alike. */
export const rows = (bytes: number, seed = 1): Buffer => {
  const made = Buffer.alloc(bytes, 'a customer in new york, paid by card, on time\t');
  for (let at = 0; at + 4 <= bytes; at += 64) made.writeInt32LE(Math.imul(seed * 0x1000193 + at, 0x9e3779b1) | 0, at);
  return made;
};

/** Every object of a folder vault, by key. */
export const keysOf = async (backend: Backend, prefix = ''): Promise<string[]> =>
  (await Array.fromAsync(backend.list(prefix))).map(({ key }) => key);
