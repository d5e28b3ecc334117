import type { Site } from '../src/domain/verbs.ts';
import type { Digest, Stage } from '../src/domain/words.ts';
import type { Kind, Unit, Writer } from '../src/stores/port.ts';
import type { Manifest, SetReader } from '../src/vault/port.ts';
import type { Job } from './verb.ts';

/** Metas kept per process: by digest, so that one is never taken for another. */
const mostMetas = 4;
const metas = new Map<Digest, unknown>();

/** Opens a set of the target of a place. @throws DrError as `Vault.open` does */
export const openSet = ({ world, work }: Job, site: Site, set: string): Promise<SetReader> =>
  world.vault.open(site.place.target, set, { signal: work.signal, parallel: work.parallel });

/** The meta stream of a set, read once per process. @throws DrError `damaged`, `missing` */
export const metaOf = async (set: SetReader): Promise<unknown> => {
  if (metas.has(set.digest)) return metas.get(set.digest);
  const meta = await set.meta();
  const oldest = metas.keys().next().value;
  if (metas.size >= mostMetas && oldest !== undefined) metas.delete(oldest);
  metas.set(set.digest, meta);
  return meta;
};

/** What the vault keeps for a set: each chunk once, those that other sets name too included. */
export const storedBytesOf = ({ streams }: Manifest): number => {
  const chunks = new Map(Object.values(streams).flatMap((one) => one.chunks.map((chunk) => [chunk.name, chunk])));
  return [...chunks.values()].reduce((sum, chunk) => sum + chunk.storedBytes, 0);
};

/** Every unit of a stage, in the order that all processes agree on. */
export const unitsOf = (kind: Kind<unknown>, meta: unknown, stage: Stage): Unit[] => [...kind.units(meta, stage)];

/** How an order names itself to a place's ledger. */
export const writerOf = (job: Job, site: Site, set: SetReader): Writer => ({
  run: job.order.run,
  set: set.digest,
  epoch: site.epoch,
});
