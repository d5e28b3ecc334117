import { folderBackend } from '../../src/vault/folder-backend.ts';
import { openVault } from '../../src/vault/vault.ts';
import { nextSet, quiet, rows } from './new-vault.ts';

/** A backup that never ends, for a test to kill. */
const key = { name: '2026-01', bytes: Buffer.from(process.env.KEY!, 'hex') };
const vault = await openVault(folderBackend(process.env.ROOT!), key);
const writer = await vault.write('orders-db', nextSet(), quiet());
await writer.write(
  'endless',
  (async function* () {
    for (let seed = 1; ; seed += 1) yield rows(1024 * 1024, seed);
  })(),
);
