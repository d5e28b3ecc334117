import type { Finding } from '../src/domain/verbs.ts';
import type { SetReader } from '../src/vault/port.ts';
import { type PutBack, putBack, rehearsePutBack } from './carried/put-back.ts';
import { openSet } from './set.ts';
import { type Job, verb } from './verb.ts';

/**
 * Puts back what the estate still wants carried; a path that only the set names is not written to, and said. Nothing that is
 * there is changed.
 */
export const putBackCarried = verb('putBackCarried', async (job, { site, set }) => {
  const reader = await openSet(job, site, set);
  const { done, findings } = await putBackAll(job, reader, job.order.mode === 'drill');
  return {
    says: done.map(({ says }) => says).join('; ') || `nothing that set ${set} carries is wanted here`,
    objects: done.length,
    set,
    findings,
  };
});

/** All that a set carries, one after the other. @throws as `putBack` does */
export const putBackAll = async (
  { world, work }: Pick<Job, 'world' | 'work'>,
  reader: SetReader,
  isRehearsal: boolean,
): Promise<{ done: readonly PutBack[]; findings: readonly Finding[] }> => {
  const { carried = [], set, target } = reader.manifest;
  const wanted = world.estate.targets[target]?.backup.carry ?? [];
  const done: PutBack[] = [];
  const findings: Finding[] = [];
  for (const one of carried) {
    work.signal.throwIfAborted();
    work.beat({ says: `putting ${one.path} back`, bytes: 0, totalBytes: one.bytes });
    if (!wanted.includes(one.path)) {
      const says = `set ${set} carries ${one.path}, which the estate does not name now: it was not put back`;
      findings.push({ says, isFailure: false });
      continue;
    }
    const put = isRehearsal ? await rehearsePutBack(reader, one) : await putBack(reader, one, world.estate.folder);
    done.push(put);
    if (put.isBeside) findings.push({ says: put.says, isFailure: false });
  }
  return { done, findings };
};
