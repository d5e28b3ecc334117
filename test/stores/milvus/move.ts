import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { stages } from '../../../src/domain/words.ts';
import { milvus } from '../../../src/stores/milvus/index.ts';
import type { Meta } from '../../../src/stores/milvus/meta.ts';
import type { Place, Snapshot, Work, Writer } from '../../../src/stores/port.ts';
import { type MemoryVault, memoryVault } from '../../support/memory-vault.ts';
import { throughJson, workOf, writerOf } from '../conformance/bench.ts';

export const openMilvus = async (url: string, work: Partial<Work> = {}): Promise<Place<Meta>> => {
  const place = await milvus.open(url, workOf(work));
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

export interface Taken {
  snapshot: Snapshot<Meta>;
  vault: MemoryVault;
}

export const take = async (url: string): Promise<Taken> => {
  const place = await openMilvus(url);
  await place.stamp({ id: randomUUID(), target: 'vectors', role: 'primary', epoch: 1 });
  const vault = memoryVault(1 << 20);
  return { snapshot: await place.snapshot(vault, {}), vault };
};

/** Brings a set back; the writer has not ended. */
export const bring = async (url: string, { snapshot, vault }: Taken, by: Writer = writerOf()): Promise<Place<Meta>> => {
  const place = await openMilvus(url);
  const meta = throughJson(snapshot.meta);
  await place.begin(by, meta);
  for (const stage of stages) {
    for (const unit of milvus.units(meta, stage, by.selection)) await place.restore(unit, meta, vault, by);
  }
  return place;
};
