import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import type { Canary } from '../domain/loss.ts';
import { padded } from './key.ts';
import type { Keyring } from './keyring.ts';
import type { Backend, Vault } from './port.ts';

const requestsAtOnce = 16;

/**
 * Acknowledged canaries in pages, one object for each call, in a folder for each day. A page is named by the instant of
 * its newest canary, so that old pages are skipped without reading them.
 */
export const openCanaries = (backend: Backend, keyring: Keyring): Vault['canaries'] => ({
  acknowledge: async (target, canaries) => {
    if (canaries.length === 0) return;
    const newest = new Date(Math.max(...canaries.map(({ at }) => Date.parse(at))));
    const day = newest.toISOString().slice(0, 10);
    const page = `${padded(newest.getTime())}-${randomBytes(4).toString('hex')}.json`;
    await keyring.keep(target, `canaries/${target}/${day}/${page}`, { canaries });
  },
  ledger: async (target, since) => {
    const from = since === undefined ? 0 : Date.parse(since);
    const pages: string[] = [];
    for await (const { key } of backend.list(`canaries/${target}`)) {
      if (Number.parseInt(key.split('/')[3]!, 10) >= from) pages.push(key);
    }
    const read = await pLimit(requestsAtOnce).map(
      pages,
      async (key) => ((await keyring.read(target, key)).body as { canaries: Canary[] }).canaries,
    );
    const bySeq = new Map(read.flat().map((one) => [one.seq, one]));
    return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  },
});
