import type { SetId, TargetId } from '../domain/words.ts';
import { fromSegment, padded, toSegment } from './key.ts';
import type { Keyring } from './keyring.ts';
import type { Backend, Lease, Vault } from './port.ts';

const prefixOf = (target: TargetId, set: SetId, run: string): string => `leases/${target}/${set}/${toSegment(run)}`;

/** Marks on sets in use. Every renewal is an object of its own, whose name holds its end; the latest counts. */
export const openLeases = (backend: Backend, keyring: Keyring): Vault['leases'] => ({
  hold: async (target, lease) => {
    await keyring.keep(
      target,
      `${prefixOf(target, lease.set, lease.run)}/${padded(Date.parse(lease.until))}.json`,
      lease,
    );
  },
  release: async (target, set, run) => {
    for await (const { key } of backend.list(prefixOf(target, set, run))) await backend.remove(key);
  },
  of: async (target) => {
    const latest = new Map<string, Lease>();
    for await (const { key } of backend.list(`leases/${target}`)) {
      const [set, run, end] = key.split('/').slice(2) as [SetId, string, string];
      const until = new Date(Number.parseInt(end, 10)).toISOString();
      latest.set(`${set}/${run}`, { set, run: fromSegment(run), until });
    }
    return [...latest.values()];
  },
});
