import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import { orderReferences } from '../../domain/order-references.ts';
import { skewOf } from '../../domain/skew.ts';
import type { TargetId } from '../../domain/words.ts';
import type { Estate } from '../../estate/estate.ts';
import { referencesOf } from '../../estate/references-of.ts';
import type { Answer } from '../answer.ts';
import { type SetSummary, sayConsistency } from './summarise.ts';

/** A set as it was taken, and what the vault keeps for it. */
export interface Taken {
  set: SetSummary;
  storedBytes: number;
}

/**
 * Backs every target of an estate up, all at once, but a store only after the stores whose rows name its own: then nothing
 * in the sets points at what they lack. After a failure nothing more begins; what has begun goes on to its end.
 * @throws what taking a set throws first
 */
export const snapshotAll = async (estate: Estate, take: (target: TargetId) => Promise<Taken>): Promise<Answer> => {
  const targets = Object.values(estate.targets).map((target) => ({ id: target.id, references: referencesOf(target) }));
  const { before, broken } = orderReferences(targets);
  const begun = new Map<TargetId, Promise<Taken>>();
  const begin = (target: TargetId): Promise<Taken> => {
    const known = begun.get(target);
    if (known !== undefined) return known;
    const taking = Promise.all((before.get(target) ?? []).map(begin)).then(() => take(target));
    begun.set(target, taking);
    return taking;
  };
  const settled = await Promise.allSettled(targets.map(({ id }) => begin(id)));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const taken = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const skewMs = skewOf(taken.map(({ set }) => set.consistency));
  const rows = taken.map(({ set, storedBytes }) => [
    set.target,
    set.set,
    sayConsistency(set.consistency),
    String(set.objects),
    String(set.rows),
    prettyBytes(set.bytes),
    prettyBytes(storedBytes),
  ]);
  const head = ['target', 'set', 'shows', 'objects', 'rows', 'size', 'stored'];
  return {
    json: { sets: taken.map(({ set, storedBytes }) => ({ ...set, storedBytes })), skewMs, broken },
    text: [
      markdownTable([head, ...rows], { align: ['l', 'l', 'l', 'r', 'r', 'r', 'r'] }),
      ...(skewMs === null ? [] : [`their instants are ${prettyMilliseconds(skewMs)} apart`]),
      ...broken.map(
        ({ child, parent }) =>
          `${child} was not backed up before ${parent}, whose rows its own name: they name each other, and one has to be first`,
      ),
    ].join('\n'),
  };
};
